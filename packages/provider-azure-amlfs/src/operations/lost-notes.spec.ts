// A parent of directory volumes is noted twice: by a mark, and by a tag for each base path.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDriverError } from '@lustre-csi/core';
import { DirectoryVolumes, VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { armOperations } from '../api/arm-operations.js';
import { EmulatedAzure, neverAborted } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, fastClock, requestOf, silent } from '../testing/samples.js';

let azure: EmulatedAzure;
const stateDir = mkdtempSync(join(tmpdir(), 'azure-lost-notes-'));

beforeAll(async () => {
  azure = await EmulatedAzure.start({ durations: { createSeconds: 0.02, updateSeconds: 0.02 } });
});

afterAll(async () => {
  await azure.stop();
  rmSync(stateDir, { recursive: true });
});

it('is not deleted where the tags of the base paths are lost, by a driver that knows none', async () => {
  const request = requestOf(dynamicParameters, { name: 'pvc-parent' });
  const { id } = await (await azure.replica()).create(request, callOf(20_000));
  const provider = await azure.controller();
  const hosts = provider.parentFileSystems;
  const parent = await provider.find({ id: 'pvc-parent', listingScope: 'lustre-rg' }, neverAborted);
  if (!parent || !hosts) throw new Error(id);
  await hosts.noteBase?.(parent, '/csi-volumes', neverAborted);
  const tags = Object.fromEntries(
    Object.entries(azure.state.fileSystems[0]?.tags ?? {}).filter(([name]) =>
      name.startsWith('lustre-csi-directories-'),
    ),
  );
  expect(Object.values(tags)).toEqual(['/csi-volumes']);
  const body = { operation: 'Delete', properties: { tags } };
  const address = { resourceGroup: 'lustre-rg', name: 'pvc-parent' };
  await (await azure.arm()).call(armOperations.mergeTags, { ...address, body }, neverAborted);

  const driverName = 'azurelustre.csi.azure.com';
  const directories = new DirectoryVolumes({ driverName, hosts, provider, stateDir, log: silent });
  const fresh = new VolumeOperations(provider, silent, fastClock, directories);
  const error = await fresh.delete(id, callOf(20_000)).catch((thrown: unknown) => thrown);
  expect(isDriverError(error, 'failed-precondition')).toBe(true);
  expect(String(error)).toContain('the tags that name their base paths are lost');
  expect(azure.count('amlFilesystems.delete')).toBe(0);
});
