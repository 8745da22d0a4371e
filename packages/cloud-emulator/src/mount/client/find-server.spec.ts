import { describe, expect, it } from 'vitest';
import { deviceName, findServer } from './find-server.js';
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
const find = (source: string): PublishedServer => findServer(parseMountSource(source), '/mnt', servers);

describe('findServer', () => {
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

  it.each([
    ['10.9.9.9@tcp:/lustrefs', 5, 'Input/output error\nIs the MGS running?'],
    ['10.1.0.4@o2ib:/lustrefs', 5, 'Input/output error'],
    ['10.1.0.4@tcp1:/lustrefs', 5, 'Input/output error'],
    ['10.1.0.4@tcp:/foebrb4v', 2, 'Is the MGS specification correct?\nIs the filesystem name correct?'],
    ['nowhere.example@tcp:/lustrefs', 22, "Can't parse NID 'nowhere.example@tcp'"],
  ])('%s ends with %d', (source, exitStatus, message) => {
    expect(() => find(source)).toThrow(
      expect.objectContaining({ exitStatus, message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it('does not choose between two that have the same address and name', () => {
    const twins = [server('a', ['10.1.0.4'], 'lustrefs'), server('b', ['10.1.0.4'], 'lustrefs')];
    expect(() => findServer(parseMountSource('10.1.0.4:/lustrefs'), '/mnt', twins)).toThrow(
      'a and b both answer',
    );
  });
});

it('deviceName shows addresses, failover partners apart', () => {
  expect(servers.slice(0, 3).map(deviceName)).toEqual([
    '10.0.0.7@tcp:/foebrb4v',
    '10.1.0.4@tcp:/lustrefs',
    '10.1.0.9@tcp:10.1.0.10@tcp:/lustrefs',
  ]);
});
