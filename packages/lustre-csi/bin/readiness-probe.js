#!/usr/bin/env node
// Stands in for /app/readinessProbe.sh of azurelustre-csi-driver, with the environment of its manifests: "no" marks a
// controller there, which needs no Lustre client.
const isController = process.env.AZURELUSTRE_CSI_INSTALL_LUSTRE_CLIENT === 'no';
process.argv.splice(2, 0, 'readiness-probe', ...(isController ? ['--mode=controller'] : []));
await import('../bundle/entries/azurelustreplugin.js');
