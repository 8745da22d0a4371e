import { expect, it } from 'vitest';
import { metadataOf, withoutOrchestratorKeys } from './orchestrator-keys.js';

const added = {
  'csi.storage.k8s.io/pvc/name': 'claim',
  'csi.storage.k8s.io/pvc/namespace': 'space',
  'csi.storage.k8s.io/pv/name': 'pvc-1',
  'csi.storage.k8s.io/fstype': 'lustre',
  'storage.kubernetes.io/csiProvisionerIdentity': '1234-memory.lustre.test',
};

it('withoutOrchestratorKeys keeps the keys that a user wrote', () => {
  const own = { tier: 'fast', 'example.com/tier': 'x', 'CSI.storage.k8s.io/x': 'y' };
  expect(withoutOrchestratorKeys({ ...added, ...own })).toEqual(own);
});

it('metadataOf reads the metadata of the provisioner', () => {
  expect(metadataOf({ ...added, tier: 'fast' })).toEqual({
    pvcName: 'claim',
    pvcNamespace: 'space',
    pvName: 'pvc-1',
  });
  expect(metadataOf({ tier: 'fast', 'csi.storage.k8s.io/pvc/name': '' })).toEqual({});
});
