#!/usr/bin/env bash
# push.sh REFERENCE LAYOUT...: pushes the images that build.sh has made, one for each architecture, and an index of them with
# the tag of REFERENCE (registry.example/lustre-csi:v1.2.3). Prints the reference with the digest of each image, then that of the
# index: sign all of them with sign.sh. CRANE: path of crane. The registry's credentials are those of `docker login`.
set -euo pipefail

[ $# -ge 2 ] || { echo 'usage: push.sh REFERENCE LAYOUT...' >&2; exit 1; }
reference=$1
shift
repository=${reference%:*}
[ "$repository" != "$reference" ] || { echo "push.sh: $reference has no tag" >&2; exit 1; }
crane=${CRANE:-crane}
command -v "$crane" >/dev/null ||
  { echo 'push.sh: crane is missing: go install github.com/google/go-containerregistry/cmd/crane@v0.22.1' >&2; exit 1; }

manifests=()
for layout; do
  digest=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1] + "/index.json", "utf8")).manifests[0].digest' "$layout")
  "$crane" push "$layout" "$repository@$digest" >/dev/null
  manifests+=(--manifest "$repository@$digest")
  echo "$repository@$digest"
done
"$crane" index append "${manifests[@]}" --tag "$reference" >/dev/null
echo "$repository@$("$crane" digest "$reference")"
