import { expect, it } from 'vitest';
import { formatDirectoryHandle } from '../directory/directory-handle.js';
import { subjectOf } from './call-subject.js';

const directory = formatDirectoryHandle({ parent: 'fs-1', base: ['a'], key: 'a'.repeat(32) });

it.each([
  ['CreateVolume', { name: 'pvc-1', parameters: {} }, ['create', 'file-system', 'pvc-1']],
  [
    'CreateVolume',
    { name: 'pvc-1', parameters: { provisioningMode: 'directory' } },
    ['create', 'directory', 'pvc-1'],
  ],
  [
    'CreateVolume',
    { name: 'pvc-1', parameters: { provisioningmode: 'directory' } },
    ['create', 'directory', 'pvc-1'],
  ],
  ['DeleteVolume', { volumeId: 'fs-1' }, ['delete', 'file-system', 'fs-1']],
  ['DeleteVolume', { volumeId: directory }, ['delete', 'directory', directory]],
  ['ControllerExpandVolume', { volumeId: 'fs-1' }, ['expand', 'file-system', 'fs-1']],
  ['ControllerModifyVolume', { volumeId: 'fs-1' }, ['modify', 'file-system', 'fs-1']],
  ['CreateSnapshot', { name: 's', sourceVolumeId: 'fs-1' }, ['create', 'snapshot', 's']],
  ['DeleteSnapshot', { snapshotId: 'backup-1' }, ['delete', 'snapshot', 'backup-1']],
])('%s %j is work', (method, request, [operation, kind, key]) => {
  expect(subjectOf(method, request)).toEqual({ operation, kind, key });
});

it.each(['ListVolumes', 'Probe', 'NodePublishVolume', 'toString'])('%s is none', (method) => {
  expect(subjectOf(method, { volumeId: 'fs-1' })).toBeUndefined();
});
