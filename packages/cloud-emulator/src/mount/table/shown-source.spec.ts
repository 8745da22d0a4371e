import { expect, it } from 'vitest';
import { resolveNids } from '../client/find-server.js';
import { parseMountSource } from '../client/mount-source.js';
import type { PublishedServer } from '../client/published-servers.js';
import type { ClientVersion } from '../client-version.js';
import { shownSource } from './shown-source.js';

const servers: readonly PublishedServer[] = [
  { id: 'a', mgsAddresses: ['10.9.0.1'], dnsNames: ['srv1'], fsname: 'lfs', capacityBytes: 1n },
];
const shown = (text: string, version: ClientVersion): string => {
  const source = parseMountSource(text, version);
  return shownSource(source, resolveNids(source, servers, version), version);
};

// Rows of real mount tables.
it.each([
  ['10.9.0.1@tcp:/lfs', '10.9.0.1@tcp:/lfs', '10.9.0.1@tcp:/lfs'],
  ['10.9.0.1:/lfs', '10.9.0.1@tcp:/lfs', '10.9.0.1@tcp:/lfs'],
  ['10.9.0.1@tcp:/lfs/', '10.9.0.1@tcp:/lfs/', '10.9.0.1@tcp:/lfs/'],
  ['10.9.0.1@tcp:/lfs/team/x', '10.9.0.1@tcp:/lfs/team/x', '10.9.0.1@tcp:/lfs/team/x'],
  [
    '10.9.0.1@tcp,10.9.0.8@tcp:10.9.0.9@tcp:/lfs/team/x',
    '10.9.0.1@tcp,10.9.0.8@tcp:10.9.0.9@tcp:/lfs/team/x',
    '10.9.0.1@tcp,10.9.0.8@tcp:10.9.0.9@tcp:/lfs/team/x',
  ],
  ['srv1@tcp:/lfs/team/x', '10.9.0.1@tcp:/lfs/team/x', 'srv1@tcp:/lfs'],
  ['10.9.0.1@tcp0:/lfs/team/x', '10.9.0.1@tcp:/lfs/team/x', '10.9.0.1@tcp0:/lfs'],
  [
    '10.9.0.1@tcp0,10.9.0.8@tcp:10.9.0.9@tcp:/lfs/team',
    '10.9.0.1@tcp,10.9.0.8@tcp:10.9.0.9@tcp:/lfs/team',
    '10.9.0.1@tcp0:/lfs',
  ],
])('a mount of %s shows %s before 2.17, and then %s', (source, old, recent) => {
  expect([shown(source, '2.15'), shown(source, '2.16'), shown(source, '2.17')]).toEqual([old, old, recent]);
});
