// A parent of directory volumes is noted twice: by a mark, and by a tag for each base path.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FSxClient, UntagResourceCommand } from '@aws-sdk/client-fsx';
import { isDriverError } from '@lustre-csi/core';
import { DirectoryVolumes, VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { context, EmulatedFsx, errorOf, request, silent, still } from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx;
const stateDir = mkdtempSync(join(tmpdir(), 'fsx-lost-notes-'));

beforeAll(async () => {
  cloud = await EmulatedFsx.start();
});

afterAll(async () => {
  await cloud.stop();
  rmSync(stateDir, { recursive: true });
});

it('is not deleted where the tags of the base paths are lost, by a driver that knows none', async () => {
  const { id } = await (await cloud.driver()).create(request('pvc-parent'));
  const provider = await cloud.provider();
  const parent = await provider.find({ id, listingScope: 'us-west-2' }, still());
  if (!parent) throw new Error(id);
  await provider.parentFileSystems.noteBase?.(parent, '/csi-volumes', still());
  const resource = cloud.state.fileSystems.find(({ FileSystemId }) => FileSystemId === id);
  const TagKeys = resource?.Tags.map(({ Key }) => Key).filter((key) =>
    key.startsWith('lustre.csi/directories/'),
  );
  expect(TagKeys).toHaveLength(1);
  const client = new FSxClient({});
  await client.send(new UntagResourceCommand({ ResourceARN: resource?.ResourceARN, TagKeys }));
  client.destroy();

  const { driverName, hosts } = { driverName: 'fsx.csi.aws.com', hosts: provider.parentFileSystems };
  const directories = new DirectoryVolumes({ driverName, hosts, provider, stateDir, log: silent });
  const fresh = new VolumeOperations(provider, silent, undefined, directories);
  const error = await errorOf(fresh.delete(id, context()));
  expect(isDriverError(error, 'failed-precondition')).toBe(true);
  expect(String(error)).toContain('the tags that name their base paths are lost');
  expect(cloud.calls('DeleteFileSystem')).toBe(0);
});
