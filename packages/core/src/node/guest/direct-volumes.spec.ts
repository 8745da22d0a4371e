import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectVolumes } from './direct-volumes.js';

let root: string;
let volumes: DirectVolumes;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lustre-csi-direct-'));
  volumes = new DirectVolumes(root);
});
afterEach(() => rm(root, { recursive: true }));

const uid = '5f3b1c9e-0000-4000-8000-0123456789ab';
const target = `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~csi/pvc-11111111-2222-4333-8444-555555555555/mount`;
const entry = { fsType: 'lustre', options: ['flock', 'ro'], metadata: { source: '10.0.0.4@tcp:/lustrefs' } };

const pathOfLength = (bytes: number): string => `/${'p'.repeat(bytes - 1)}`;
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('an entry', () => {
  it('has the name and the content that Kata reads', async () => {
    expect(target).toHaveLength(131);
    await volumes.write(target, entry);
    const [name = ''] = await readdir(root);
    expect(name).toBe(
      'L3Zhci9saWIva3ViZWxldC9wb2RzLzVmM2IxYzllLTAwMDAtNDAwMC04MDAwLTAxMjM0NTY3ODlhYi92b2x1bWVzL2t1YmVybmV0ZXMuaW9-Y3NpL3B2Yy0xMTExMTEx' +
        'MS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1NTUvbW91bnQ=',
    );
    expect(JSON.parse(await readFile(join(root, name, 'mountInfo.json'), 'utf8'))).toEqual({
      'volume-type': 'lustre',
      device: '',
      fstype: 'lustre',
      metadata: entry.metadata,
      options: ['flock', 'ro'],
    });
    expect(await readdir(join(root, name))).toEqual(['mountInfo.json']);
    expect(await modeOf(join(root, name))).toBe('700');
    expect(await modeOf(join(root, name, 'mountInfo.json'))).toBe('600');
  });

  it('is replaced, with the files of Kata beside it, and removed with them, twice', async () => {
    await volumes.write(target, entry);
    const [name = ''] = await readdir(root);
    await writeFile(join(root, name, 'sandbox-1'), '');
    await volumes.write(target, { ...entry, options: [] });
    expect((await readdir(join(root, name))).toSorted()).toEqual(['mountInfo.json', 'sandbox-1']);
    expect(await readFile(join(root, name, 'mountInfo.json'), 'utf8')).toContain('"options":[]');
    await volumes.remove(target);
    await volumes.remove(target);
    expect(await readdir(root)).toEqual([]);
  });

  it('is refused for a path that Kata cannot name', async () => {
    await volumes.write(pathOfLength(189), entry);
    await expect(volumes.write(pathOfLength(190), entry)).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringMatching(/is 190 bytes long, and Kata can name paths of 189 bytes/) as string,
    });
  });

  it('names the directory where it cannot be written', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(new DirectVolumes(join(root, 'file')).write('/x', entry)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(join(root, 'file')) as string,
    });
  });
});
