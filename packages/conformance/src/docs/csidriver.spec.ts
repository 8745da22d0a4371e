// CSIDriver objects for manifests of the Go drivers: their fields that kubelet acts on, as aws-fsx-csi-driver 1.9.0
// (deploy/kubernetes/base/csidriver.yaml) and azurelustre-csi-driver 0.4.0 (deploy/csi-azurelustre-driver.yaml) have them.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, it } from 'vitest';

it.each([
  ['aws-fsx', 'fsx.csi.aws.com', { fsGroupPolicy: 'ReadWriteOnceWithFSType', podInfoOnMount: false }],
  ['azure-amlfs', 'azurelustre.csi.azure.com', { fsGroupPolicy: 'File', podInfoOnMount: true }],
  [
    'google-lustre',
    'lustre.csi.storage.gke.io',
    { fsGroupPolicy: 'ReadWriteOnceWithFSType', podInfoOnMount: false },
  ],
  ['oci-lustre', 'lustre.csi.oraclecloud.com', { fsGroupPolicy: 'File', podInfoOnMount: false }],
])('deploy/%s has the CSIDriver object of %s with its defaults', (directory, name, fields) => {
  const file = new URL(`../../../../deploy/${directory}/csidriver.yaml`, import.meta.url);
  expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
    kind: 'CSIDriver',
    metadata: { name },
    spec: { attachRequired: false, ...fields },
  });
});
