#!/bin/bash
# init.sh DIRECTORY COMMAND...: process 1 of the node. Furnishes its mount namespace, runs COMMAND, and adopts orphans as long.
# When it ends, the kernel ends all processes of the node and removes its mounts.
set -eu
directory=$1
shift
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/netns /run/containerd
mount --bind "$directory/kubelet" /var/lib/kubelet
[ ! -e /etc/resolv.conf ] || mount --bind "$directory/resolv.conf" /etc/resolv.conf
mount --make-rshared /
set +e
"$@" &
command=$!
while kill -0 $command 2>/dev/null; do wait -n; done
wait $command
