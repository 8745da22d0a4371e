#!/bin/sh
# network.sh COMMAND...: furnishes a new network and UTS namespace for a node, then becomes COMMAND.
# The Service "kubernetes" is the API server itself, on the loopback device: there is no kube-proxy.
set -eu
hostname node1
ip link set lo up
ip address add 10.96.0.1/32 dev lo
ip link add cni0 type bridge
ip address add 10.244.0.1/16 dev cni0
ip link set cni0 up
# A bridge without a port has no carrier.
ip link add port0 type veth peer name port1
ip link set port1 master cni0
ip link set port0 up
ip link set port1 up
ip route add default via 10.244.0.1 dev cni0
echo 1 >/proc/sys/net/ipv4/ip_forward
exec "$@"
