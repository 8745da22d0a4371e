import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../node/testing/silent-log.js';
import { ClientMountRecords, parseClientMountRecord } from './client-mount-records.js';

const record = { path: '/m/1', source: '127.0.0.4@tcp:/lustrefs', options: ['flock'] };

describe('parseClientMountRecord', () => {
  it.each([record, { ...record, observedSource: '127.0.0.4@tcp:/lustrefs' }])('reads %j', (value) => {
    expect(parseClientMountRecord(JSON.stringify(value))).toEqual(value);
  });

  it.each([
    '',
    'null',
    '{}',
    JSON.stringify({ ...record, options: 'flock' }),
    JSON.stringify({ ...record, path: 1 }),
  ])('makes nothing of %j', (text) => expect(parseClientMountRecord(text)).toBeUndefined());
});

describe('ClientMountRecords', () => {
  let stateDir = '';
  beforeEach(async () => (stateDir = await realpath(await mkdtemp(join(tmpdir(), 'client-records-')))));
  afterEach(() => rm(stateDir, { recursive: true }));

  it('ignore what lies outside of the directory of clients: unused clients are unmounted', async () => {
    const mountsDir = join(stateDir, 'mounts');
    await mkdir(mountsDir);
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
    const opened = (): ClientMountRecords => new ClientMountRecords(stateDir, mountsDir, log);
    const key = 'a1'.repeat(16);
    const foreign = ['/srv/data', `/srv/${key}`, join(mountsDir, 'x'), join(mountsDir, 'x', key)];
    const writer = opened();
    await writer.load();
    const own = [join(mountsDir, key), join(stateDir, key)]; // The second one is of an earlier version.
    for (const path of [...own, ...foreign]) await writer.save({ ...record, path });
    const reader = opened();
    await reader.load();
    expect(reader.all().map(({ path }) => path)).toEqual(expect.arrayContaining(own));
    expect(reader.all()).toHaveLength(own.length);
    expect(warnings).toHaveLength(foreign.length);
    for (const path of foreign) expect(warnings.join()).toContain(`names ${path}, which is no client mount`);
  });
});
