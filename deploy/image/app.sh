#!/usr/bin/env bash
# app.sh DIRECTORY [amd64|arm64]: copies lustre-csi into a root file system that has /usr/bin/node: the bundle without source maps,
# the program for system calls of the architecture, the entry points, the licences.
set -euo pipefail

root=$1
arch=${2:-$(dpkg --print-architecture)}
core=$(cd "$(dirname "$0")/../../packages/core" && pwd)
package=$(cd "$(dirname "$0")/../../packages/lustre-csi" && pwd)
target=$root/usr/lib/lustre-csi
case $arch in
amd64) node_arch=x64 compiler=x86_64-linux-gnu-gcc packages='gcc-x86-64-linux-gnu libc6-dev-amd64-cross' ;;
arm64) node_arch=arm64 compiler=aarch64-linux-gnu-gcc packages='gcc-aarch64-linux-gnu libc6-dev-arm64-cross' ;;
*) echo "app.sh: architecture $arch is not supported: amd64 or arm64" >&2; exit 1 ;;
esac

mkdir -p "$target/bin" "$root"/{bin,app,licenses}
tar -C "$package" --exclude='*.map' --exclude=THIRD-PARTY-LICENSES --exclude=bundle/native -cf - bundle | tar -C "$target" -xf - --no-same-owner
: "${CC:=$([ "$arch" = "$(dpkg --print-architecture)" ] && echo cc || echo "$compiler")}"
export CC
command -v "$CC" >/dev/null || { echo "app.sh: there is no C compiler $CC for $arch: apt install $packages" >&2; exit 1; }
mkdir -p "$target/bundle/native/$node_arch"
node "$core/scripts/build-native.mjs" --directory "$target/bundle/native/$node_arch"
cp "$package/package.json" "$target/package.json"
for file in "$package"/bin/*.js; do
  # There is no env(1) in the image. Short-lived objects get little space: with the default, a busy driver keeps tens of
  # megabytes for them, which its many short calls do not need.
  sed '1s#^\#!.*#\#!/usr/bin/node --max-semi-space-size=1#' "$file" >"$target/bin/$(basename "$file")"
done
chmod 755 "$target"/bin/*.js
link() { ln -s "../usr/lib/lustre-csi/bin/$1" "$root/$2"; }
link lustre-csi.js bin/lustre-csi
# Paths that the manifests of both Go drivers name.
link aws-fsx-csi-driver.js bin/aws-fsx-csi-driver
link azurelustreplugin.js app/azurelustreplugin
link readiness-probe.js app/readinessProbe.sh
cp "$package/bundle/THIRD-PARTY-LICENSES" "$root/licenses/third-party.txt"
cp "$package/../../LICENSE" "$root/licenses/lustre-csi.txt"
chmod -R u=rwX,go=rX "$root/usr/lib/lustre-csi" "$root/licenses"
