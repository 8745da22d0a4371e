#!/bin/sh
# Loads the Lustre client into the kernel of a node that has none, from packages of a repository that the user names:
#   load-client.sh ROOT
# ROOT is the directory in which lib/modules and sys/module of the node are mounted. The node's disk is not changed. A client that
# is loaded or installed stays as it is: it is never unloaded or upgraded. Environment:
#   CLIENT_FORMAT      apt or dnf
#   CLIENT_REPOSITORY  line of sources.list, or base URL for dnf; its key is beside this script, as key.asc
#   CLIENT_PACKAGES    packages; ${KERNEL} stands for the release of the running kernel
set -eu
root=${1%/}
here=$(cd "$(dirname "$0")" && pwd)
kernel=$(uname -r)

say() {
  echo "load-client: $1"
}

fail() {
  echo "load-client: $1" >&2
  exit 1
}

if [ -d "$root/sys/module/lustre" ]; then
  version=$(cat "$root/sys/module/lustre/version" 2>/dev/null || echo unknown)
  say "the client is loaded, version $version: nothing is done"
  exit 0
fi
if find "$root/lib/modules/$kernel" -name 'lustre.ko*' 2>/dev/null | grep -q .; then
  say "the client is installed for $kernel: the driver loads it"
  exit 0
fi

packages=$(printf '%s' "$CLIENT_PACKAGES" | sed "s/\${KERNEL}/$kernel/g")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/download" "$scratch/client"
cd "$scratch/download"

# Only the repository of the client: others of the image may not answer.
download_apt() {
  printf '%s\n' "$CLIENT_REPOSITORY" >"$scratch/sources.list"
  set -- -o "Dir::Etc::SourceList=$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null
  apt-get "$@" -qq update || fail "the repository does not answer: $CLIENT_REPOSITORY"
  # shellcheck disable=SC2086 # One argument for each package.
  apt-get "$@" -qq download $packages || fail "no packages for the kernel $kernel: $packages"
}

download_dnf() {
  # A key that is missing or wrong ends the download: modules run in the kernel.
  rpmkeys --import "$here/key.asc" || fail "the key of the repository cannot be read"
  # shellcheck disable=SC2086
  dnf --quiet --repofrompath "lustre-client,$CLIENT_REPOSITORY" --repo lustre-client download $packages ||
    fail "no packages for the kernel $kernel in $CLIENT_REPOSITORY: $packages"
  for file in *.rpm; do rpmkeys --checksig "$file" || fail "$file has no valid signature"; done
}

case $CLIENT_FORMAT in
  apt)
    download_apt
    for file in *.deb; do dpkg -x "$file" "$scratch/client"; done
    ;;
  dnf)
    download_dnf
    for file in *.rpm; do rpm2cpio "$file" | (cd "$scratch/client" && cpio -idm --quiet); done
    ;;
  *) fail "CLIENT_FORMAT is $CLIENT_FORMAT: write apt or dnf" ;;
esac

# RPMs may install below /lib or /usr/lib, and for another kernel of the same series.
modules=$(find "$scratch/client" -name 'lustre.ko*' | head -1)
[ -n "$modules" ] || fail "the packages contain no module lustre: $packages"
case $modules in
  *"/$kernel/"*) ;;
  *) fail "the packages contain modules of another kernel than $kernel: $modules" ;;
esac
base=${modules%%/lib/modules/*}
for file in modules.order modules.builtin modules.builtin.modinfo; do
  if [ -f "$root/lib/modules/$kernel/$file" ]; then cp "$root/lib/modules/$kernel/$file" "$base/lib/modules/$kernel/"; fi
done
depmod -b "$base" "$kernel"
# All of them now: the kernel cannot find them later, when this directory is gone.
for module in lnet ksocklnd lustre mgc lmv lov mdc osc; do
  modprobe -d "$base" "$module" || fail "module $module cannot be loaded into $kernel: see the kernel's log"
done
say "the client is loaded, version $(cat "$root/sys/module/lustre/version" 2>/dev/null || echo unknown)"
