import { Capacity, type FileSystem } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { duplicatesAmong, knownVolumes, orphansAmong } from './orphans.js';

const fileSystem = (id: string, volumeName: string): FileSystem => ({
  id,
  listingScope: 'lustre-rg',
  volumeName,
  state: 'available',
  cloudState: 'AVAILABLE',
  capacity: Capacity.gibibytes(1200),
  attempt: 1,
  attributes: {},
});

describe('orphansAmong', () => {
  const [uid, other] = ['4d7f0c0a-0000-4000-8000-000000000001', '4d7f0c0a-0000-4000-8000-000000000002'];
  const ours = [fileSystem('fs-01', `pvc-${uid}`), fileSystem('Train_1', `pvc-${other}`)];
  const names = (handles: string[], claimUids: string[] = []): string[] =>
    orphansAmong(ours, { handles, claimUids }).map(({ id }) => id);

  it.each<[string, string[], string[], string[]]>([
    ['no handle names', [], [], ['fs-01', 'Train_1']],
    ['a PersistentVolume refers to', ['fs-01'], [], ['Train_1']],
    ['one volume of several refers to', ['fs-01:/models', 'fs-02#x'], [], ['Train_1']],
    ['a PersistentVolume of Azure refers to', ['train_1#lustrefs#10.1.0.4##t#lustre-rg'], [], ['fs-01']],
    ['directories belong to', [`dir:lustre-rg%2fTrain_1:csi-volumes:${'0'.repeat(32)}`], [], ['fs-01']],
    ['a claim waits for', [], [uid], ['Train_1']],
    ['a longer name contains', ['fs-011', 'xfs-01', 'train_10#a#b'], [], ['fs-01', 'Train_1']],
  ])('leaves out a file system that %s', (_, handles, claims, orphans) => {
    expect(names(handles, claims)).toEqual(orphans);
  });
});

describe('duplicatesAmong', () => {
  it('finds usable file systems of one volume', () => {
    const all = [
      fileSystem('fs-1', 'pvc-a'),
      fileSystem('fs-2', 'pvc-a'),
      fileSystem('fs-3', 'pvc-b'),
      { ...fileSystem('fs-4', 'pvc-b'), state: 'failed' as const },
      fileSystem('fs-5', ''),
      fileSystem('fs-6', ''),
    ];
    expect(duplicatesAmong(all).map((each) => each.map(({ id }) => id))).toEqual([['fs-1', 'fs-2']]);
  });
});

describe('knownVolumes', () => {
  const volume = (driver: string, volumeHandle: string): object => ({
    spec: { csi: { driver, volumeHandle } },
  });

  it('reads all pages, and keeps only volumes of the driver', async () => {
    const pages: Record<string, object> = {
      '/api/v1/persistentvolumes?limit=500': {
        items: [volume('a', '1'), volume('b', '2'), { spec: { nfs: {} } }],
        metadata: { continue: 'x/y=' },
      },
      '/api/v1/persistentvolumes?limit=500&continue=x%2Fy%3D': { items: [volume('a', '3')] },
      '/api/v1/persistentvolumeclaims?limit=500': { items: [{ metadata: { uid: 'u' } }], metadata: {} },
    };
    const get = async (path: string): Promise<object> => {
      const page = pages[path];
      if (!page) throw new Error(`there is no ${path}`);
      return page;
    };
    expect(await knownVolumes({ get }, 'a')).toEqual({ handles: ['1', '3'], claimUids: ['u'] });
  });

  it('fails on a list that never ends', async () => {
    const get = async (): Promise<object> => ({ items: [], metadata: { continue: 'again' } });
    await expect(knownVolumes({ get }, 'a')).rejects.toThrow('does not end');
  });
});
