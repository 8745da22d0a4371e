import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientInUse, sharesSuperblock } from './client-references.js';
import { parseMountInfo } from '../table/mount-table.js';
import type { Publication } from '../publications.js';

const client = '80 22 0:50 / /m/1 rw - lustre 127.0.0.4@tcp:/lustrefs rw,flock';
const at = (path: string, source = '127.0.0.4@tcp:/lustrefs', superOptions = 'rw,flock') =>
  `90 22 0:50 /team ${path} rw - lustre ${source} ${superOptions}`;
const kubelet = '/k/pods/u/volumes/kubernetes.io~csi/pv/mount';
const publication = (mountPoint: string, clientMount?: string): Publication => ({
  volumeId: 'v1',
  targetPath: mountPoint,
  mountPoint,
  source: '127.0.0.4@tcp:/lustrefs',
  accessMode: 'MULTI_NODE_MULTI_WRITER',
  readonly: false,
  mountFlags: [],
  ...(clientMount === undefined ? {} : { clientMount }),
});

describe('clientInUse', () => {
  it.each<[string, readonly Publication[], readonly string[], boolean]>([
    ['a recorded pod', [publication('/t', '/m/1')], [at('/t')], true],
    ['a recorded pod whose mount is gone', [publication('/t', '/m/1')], [], false],
    ['a recorded pod that a child may still mount', [publication('/stuck', '/m/1')], [], true],
    ['a pod of another client', [publication('/t', '/m/2')], [at('/t')], false],
    ['a pod with a client of its own', [publication(kubelet)], [at(kubelet)], false],
    ['a pod without a record', [], [at(kubelet)], true],
    ['a pod of another file system', [], [at(kubelet, '127.0.0.5@tcp:/lustrefs')], false],
    ['a pod with other options', [], [at(kubelet, undefined, 'rw,noflock')], false],
    ['what an administrator has mounted', [], [at('/mnt/scratch')], false],
  ])('%s', (_, publications, mounts, expected) => {
    const table = parseMountInfo([client, ...mounts].join('\n'));
    const node = {
      publications: { all: () => publications },
      mounter: { stuck: new Set(['/stuck']) },
    } as unknown as Parameters<typeof clientInUse>[3];
    expect(clientInUse('/m/1', ['/m/1'], table, node)).toBe(expected);
  });
});

it.each<[string, string, boolean]>([
  ['this driver', '{"driverName":"own.driver"}', true],
  ['another driver', '{"driverName":"other.driver"}', false],
  ['no driver', '{}', true],
  ['a damaged file', '{', true],
])('counts a target without a record, beside which kubelet names %s', (_, volumeData, expected) => {
  const directory = mkdtempSync(join(tmpdir(), 'client-references-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const volume = join(directory, 'pods/u/volumes/kubernetes.io~csi/pv');
  mkdirSync(volume, { recursive: true });
  writeFileSync(join(volume, 'vol_data.json'), volumeData);
  const table = parseMountInfo([client, at(join(volume, 'mount'))].join('\n'));
  const node = {
    publications: { all: () => [] },
    mounter: { stuck: new Set() },
    driverName: 'own.driver',
  } as unknown as Parameters<typeof clientInUse>[3];
  expect(clientInUse('/m/1', ['/m/1'], table, node)).toBe(expected);
});

describe('sharesSuperblock', () => {
  it('is not deceived by the device number, which the name of the file system makes', () => {
    const table = parseMountInfo([client, at('/t', '127.0.0.5@tcp:/lustrefs')].join('\n'));
    expect(sharesSuperblock(table.at('/t')!, table.at('/m/1')!)).toBe(false);
  });

  it('does not take a fileset mount for a bind mount', () => {
    const table = parseMountInfo([client, at('/t', '127.0.0.4@tcp:/lustrefs/team')].join('\n'));
    expect(sharesSuperblock(table.at('/t')!, table.at('/m/1')!)).toBe(false);
  });
});
