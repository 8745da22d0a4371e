#!/usr/bin/env bash
# build.sh [DIRECTORY] [amd64|arm64]: makes the image as an OCI layout, without a registry or a container engine. Two builds
# of one commit have one digest. Beside the layout it leaves the bill of materials, DIRECTORY.ARCHITECTURE.cdx.json, for
# sign.sh. See rootfs.sh for the environment; IMAGE_TAG: default is v and the version of the package.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
layout=${1:-$repository/deploy/image/oci}
arch=${2:-$(dpkg --print-architecture)}
version=$(node -p 'require(process.argv[1]).version' "$repository/packages/lustre-csi/package.json")
tag=${IMAGE_TAG:-v$version}
: "${SOURCE_DATE_EPOCH:=$(git -C "$repository" log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
created=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
revision=$(git -C "$repository" rev-parse HEAD)

command -v umoci >/dev/null || { echo 'build.sh: umoci is missing: apt install umoci' >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$here/rootfs.sh" "$work/root" "$arch"
tar -C "$work/root" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
  -cf "$work/layer.tar" .

[ -d "$layout" ] || umoci init --layout "$layout"
umoci rm --image "$layout:$tag" 2>/dev/null || true
umoci new --image "$layout:$tag"
umoci raw add-layer --image "$layout:$tag" --history.created "$created" --history.created_by deploy/image/build.sh \
  --history.author '' --history.comment '' "$work/layer.tar"
label() { printf -- '--config.label=org.opencontainers.image.%s=%s\n' "$1" "$2"; }
mapfile -t labels < <(
  label title lustre-csi
  label description 'CSI driver for every managed Lustre'
  label version "$version"
  label revision "$revision"
  label source https://github.com/lustre-csi/lustre-csi
  label licenses Apache-2.0
  label created "$created"
  label vendor 'lustre-csi'
  label documentation https://github.com/lustre-csi/lustre-csi/tree/main/docs
)
# MALLOC_TRIM_THRESHOLD_: with a limit of its own choice, malloc keeps the memory in which the start has read the program.
umoci config --image "$layout:$tag" --no-history --created "$created" --architecture "$arch" --os linux \
  --author '' --config.entrypoint /bin/lustre-csi --config.workingdir / \
  --config.env PATH=/bin:/sbin:/usr/bin:/usr/sbin --config.env NODE_ENV=production \
  --config.env MALLOC_TRIM_THRESHOLD_=131072 "${labels[@]}"
umoci gc --layout "$layout"
install -m 644 "$work/root/usr/share/sbom/lustre-csi.cdx.json" "$layout.$arch.cdx.json"
node -p '
  const { manifests } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  manifests.find(({ annotations }) => annotations["org.opencontainers.image.ref.name"] === process.argv[2]).digest
' "$layout/index.json" "$tag"
