#!/usr/bin/env bash
# verify.sh IMAGE[:TAG|@DIGEST] [FLAG...]: verifies the signature and the attested bill of materials of an image with cosign 3,
# and prints the reference with the digest that was verified, for image.digest of the chart. Status 0: both are valid.
#
# Environment:
#   COSIGN_PUBLIC_KEY  public key: a file, or a URI of a KMS. Default: keyless, the release workflow of lustre-csi
#   COSIGN_OFFLINE     1: no transparency log, for images that sign.sh signed without one. Needs COSIGN_PUBLIC_KEY
#   COSIGN             path of cosign
# FLAG: for cosign, such as --allow-insecure-registry.
set -euo pipefail

fail() { echo "verify.sh: $*" >&2; exit 1; }

[ $# -ge 1 ] || fail 'usage: verify.sh IMAGE[:TAG|@DIGEST] [FLAG...]'
image=$1
shift
cosign=${COSIGN:-cosign}
command -v "$cosign" >/dev/null || fail 'cosign is missing: go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3'

flags=("$@")
if [ -n "${COSIGN_PUBLIC_KEY:-}" ]; then
  flags+=(--key "$COSIGN_PUBLIC_KEY")
else
  flags+=(
    --certificate-oidc-issuer https://token.actions.githubusercontent.com
    --certificate-identity-regexp '^https://github\.com/lustre-csi/lustre-csi/\.github/workflows/release\.yml@refs/tags/v'
  )
fi
if [ "${COSIGN_OFFLINE:-}" = 1 ]; then
  [ -n "${COSIGN_PUBLIC_KEY:-}" ] || fail 'COSIGN_OFFLINE=1 needs COSIGN_PUBLIC_KEY'
  flags+=(--insecure-ignore-tlog)
fi

verified=$("$cosign" verify "${flags[@]}" --output json "$image") || fail "$image has no valid signature; do not run it"
digest=$(grep --only-matching --extended-regexp 'sha256:[0-9a-f]{64}' <<<"$verified" | head -n 1)
[ -n "$digest" ] || fail "cosign reported no digest for $image"
repository=${image%@*}
[[ ${repository##*/} != *:* ]] || repository=${repository%:*}
"$cosign" verify-attestation "${flags[@]}" --type cyclonedx "$repository@$digest" >/dev/null ||
  fail "$image has no valid bill of materials"
echo "$repository@$digest"
