import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerFaults, type ServerFaultKind } from '../../world/server-faults.js';
import type { ClientVersion } from '../client-version.js';
import { contactServers } from './contact-servers.js';
import { deviceName, resolveNids } from './find-server.js';
import { MgcStartLock } from './mgc-start-lock.js';
import { parseMountSource } from './mount-source.js';
import type { PublishedServer } from './published-servers.js';

const server = (
  id: string,
  mgsAddresses: string[],
  fsname: string,
  dnsNames: string[] = [],
): PublishedServer => ({
  ...{ id, mgsAddresses, fsname, dnsNames },
  capacityBytes: 1n << 40n,
});
const servers = [
  server('fsx', ['10.0.0.7'], 'foebrb4v', ['fs-0a1.fsx.us-west-2.amazonaws.com']),
  server('amlfs-1', ['10.1.0.4'], 'lustrefs'),
  server('amlfs-2', ['10.1.0.9', '10.1.0.10'], 'lustrefs'),
  server('one-of-two', ['10.2.0.1'], 'first'),
  server('two-of-two', ['10.2.0.1'], 'second'),
];

let registry: string;
beforeAll(() => {
  registry = mkdtempSync(join(tmpdir(), 'lustre-emulator-spec-'));
  for (const kind of ['mgs-refused', 'mgs-stopped', 'mgs-frozen', 'mgs-unreachable'] as const)
    new ServerFaults(registry).add({ kind, fileSystem: faulty[kind].id });
});
afterAll(() => rmSync(registry, { recursive: true }));

const faulty: Readonly<Record<Exclude<ServerFaultKind, 'ost-dead'>, PublishedServer>> = {
  'mgs-unreachable': server('gone', ['10.3.0.1'], 'gone'),
  'mgs-refused': server('refused', ['10.3.0.2'], 'refused'),
  'mgs-stopped': server('stopped', ['10.3.0.3'], 'stopped'),
  'mgs-frozen': server('frozen', ['10.3.0.4'], 'frozen'),
};

function find(
  text: string,
  version: ClientVersion = '2.15',
  known: readonly PublishedServer[] = [...servers, ...Object.values(faulty)],
): PublishedServer {
  const source = parseMountSource(text, version);
  const settings = { registry, namespace: registry, version, waitScale: 0 };
  const nids = resolveNids(source, known, version);
  return contactServers({ source, target: '/mnt', nids, servers: known, settings });
}

describe('contactServers', () => {
  it.each([
    ['10.0.0.7@tcp:/foebrb4v', 'fsx'],
    ['fs-0a1.fsx.us-west-2.amazonaws.com@tcp:/foebrb4v', 'fsx'],
    ['FS-0A1.fsx.us-west-2.amazonaws.com:/foebrb4v', 'fsx'],
    ['10.1.0.4@tcp:/lustrefs', 'amlfs-1'],
    ['10.1.0.10@tcp:/lustrefs/sub', 'amlfs-2'],
    ['10.9.9.9@tcp:10.1.0.9@tcp:/lustrefs', 'amlfs-2'],
    ['10.9.9.9@o2ib,10.1.0.4@tcp:/lustrefs', 'amlfs-1'],
    ['10.2.0.1:/second', 'two-of-two'],
  ])('%s is %s', (source, id) => {
    expect(find(source).id).toBe(id);
  });

  const shutdown = 'Cannot send after transport endpoint shutdown';
  it.each<[source: string, version: ClientVersion, status: number, message: string]>([
    ['10.9.9.9@tcp:/lustrefs', '2.15', 110, 'Connection timed out'],
    ['10.9.9.9@tcp:/lustrefs', '2.17', 110, 'Connection timed out'],
    ['10.3.0.1@tcp:/gone', '2.17', 110, 'Connection timed out'],
    ['10.3.0.2@tcp:/refused', '2.17', 108, shutdown],
    ['10.3.0.3@tcp:/stopped', '2.17', 5, 'Input/output error\nIs the MGS running?'],
    ['10.3.0.4@tcp:/frozen', '2.15', 5, 'Input/output error\nIs the MGS running?'],
    ['10.3.0.4@tcp:/frozen', '2.17', 108, shutdown],
    ['10.1.0.4@o2ib:/lustrefs', '2.15', 2, 'No such file or directory'],
    ['10.1.0.4@o2ib:/lustrefs', '2.17', 22, 'Invalid argument'],
    ['10.1.0.4@tcp1:/lustrefs', '2.17', 22, 'Invalid argument'],
    ['10.1.0.4@tcp:/foebrb4v', '2.15', 2, 'Is the filesystem name correct?'],
    ['nowhere.example@tcp:/lustrefs', '2.15', 22, "Can't parse NID 'nowhere.example@tcp:/lustrefs'"],
    [
      'nowhere.example@tcp:/lustrefs',
      '2.17',
      22,
      "Unsupported NID 'nowhere.example@tcp': rc = Unknown error -22.",
    ],
    ['nowhere.example@tcp:/lustrefs', '2.17', 22, "Can't parse NID 'nowhere.example@tcp'"],
  ])('%s on %s ends with %d', (source, version, exitStatus, message) => {
    expect(() => find(source, version)).toThrow(
      expect.objectContaining({ exitStatus, message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it('does not choose between two that have the same address and name', () => {
    const twins = [server('a', ['10.1.0.4'], 'lustrefs'), server('b', ['10.1.0.4'], 'lustrefs')];
    expect(() => find('10.1.0.4:/lustrefs', '2.15', twins)).toThrow('a and b both answer');
  });
});

it('deviceName shows addresses, failover partners apart', () => {
  expect(servers.slice(0, 3).map(deviceName)).toEqual([
    '10.0.0.7@tcp:/foebrb4v',
    '10.1.0.4@tcp:/lustrefs',
    '10.1.0.9@tcp:10.1.0.10@tcp:/lustrefs',
  ]);
});

it('MgcStartLock counts the holds of processes that live, and removes the others', () => {
  const held = join(registry, 'clients', 'mgc_start_lock');
  mkdirSync(held, { recursive: true });
  writeFileSync(join(held, '4194399'), '');
  const lock = new MgcStartLock({ registry, namespace: registry, version: '2.17', waitScale: 0 });
  lock.waitForEarlier();
  lock.during(() => expect(existsSync(join(held, String(process.pid)))).toBe(true));
  expect(existsSync(join(held, String(process.pid)))).toBe(false);
  expect(existsSync(join(held, '4194399'))).toBe(false);
});
