#!/usr/bin/env bash
# sign.sh IMAGE@DIGEST [SBOM [FLAG...]]: signs an image with cosign 3 and, with a bill of materials that build.sh left beside its
# layout, attests that. Signatures and attestations go to the image's repository.
#
# Environment:
#   COSIGN_KEY       private key: a file of `cosign generate-key-pair`, or a URI of a KMS, such as azurekms:// or awskms://.
#                    Default: keyless, with the identity of the CI job
#   COSIGN_PASSWORD  password of the file
#   COSIGN_OFFLINE   1: no transparency log and no download of its keys, for registries without internet. Needs COSIGN_KEY
#   COSIGN           path of cosign
# FLAG: for cosign, such as --allow-insecure-registry.
set -euo pipefail

fail() { echo "sign.sh: $*" >&2; exit 1; }

[ $# -ge 1 ] || fail 'usage: sign.sh IMAGE@DIGEST [SBOM [FLAG...]]'
image=$1
sbom=${2:-}
shift $(($# > 1 ? 2 : 1))
# A tag can be moved between the build and the signature.
[[ $image =~ @sha256:[0-9a-f]{64}$ ]] || fail "$image has no digest: sign IMAGE@sha256:..., as push.sh prints it"
[ -z "$sbom" ] || [ -f "$sbom" ] || fail "there is no bill of materials $sbom"
cosign=${COSIGN:-cosign}
command -v "$cosign" >/dev/null || fail 'cosign is missing: go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3'

flags=(--yes "$@")
[ -z "${COSIGN_KEY:-}" ] || flags+=(--key "$COSIGN_KEY")
if [ "${COSIGN_OFFLINE:-}" = 1 ]; then
  [ -n "${COSIGN_KEY:-}" ] || fail 'COSIGN_OFFLINE=1 needs COSIGN_KEY: without a key, cosign needs the services of Sigstore'
  # A configuration without services.
  config=$(mktemp)
  trap 'rm -f "$config"' EXIT
  "$cosign" signing-config create --out "$config"
  flags+=(--signing-config "$config")
fi

"$cosign" sign "${flags[@]}" "$image"
[ -z "$sbom" ] || "$cosign" attest "${flags[@]}" --type cyclonedx --predicate "$sbom" "$image"
