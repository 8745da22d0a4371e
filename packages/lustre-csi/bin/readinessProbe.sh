#!/bin/sh
# Stands in for /app/readinessProbe.sh of azurelustre-csi-driver, with the environment of its manifests: "no" marks a
# controller there, which needs no Lustre client.
if [ "${AZURELUSTRE_CSI_INSTALL_LUSTRE_CLIENT:-yes}" = no ]; then
  set -- --mode=controller
fi
exec "$(dirname "$(readlink -f "$0")")/azurelustreplugin.js" readiness-probe "$@"
