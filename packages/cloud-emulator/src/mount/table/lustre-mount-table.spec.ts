import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClientMounts } from './client-mounts.js';
import { asLustreShows } from './lustre-mount-table.js';

let clients: string;
beforeAll(() => {
  clients = mkdtempSync(join(tmpdir(), 'lustre-emulator-spec-'));
  const records = new ClientMounts(clients);
  const client = { device: '10.9.0.1@tcp:/lfs', superOptions: ['rw', 'flock'] };
  records.write('49', { ...client, root: '/', source: '10.9.0.1@tcp:/lfs' });
  records.write('57', { ...client, root: '/team/x y', source: '10.9.0.1@tcp:/lfs/team/x y' });
});
afterAll(() => rmSync(clients, { recursive: true }));

const line = (root: string, group: string, device = '10.9.0.1@tcp:/lfs'): string =>
  `102 27 0:31 ${root} /pods/c/mount rw ${group} - tmpfs ${device} rw,size=1k`;
const lustre = (root: string, group: string, source: string): string =>
  `102 27 0:31 ${root} /pods/c/mount rw ${group} - lustre ${source} rw,flock`;

it.each([
  ['a client', line('/', 'shared:49'), lustre('/', 'shared:49', '10.9.0.1@tcp:/lfs')],
  ['a bind mount of it', line('/team', 'shared:49'), lustre('/team', 'shared:49', '10.9.0.1@tcp:/lfs')],
  ['a slave of it', line('/', 'master:49'), lustre('/', 'master:49', '10.9.0.1@tcp:/lfs')],
  [
    'a shared slave of it',
    line('/', 'shared:60 master:49'),
    lustre('/', 'shared:60 master:49', '10.9.0.1@tcp:/lfs'),
  ],
  [
    'a removed directory of it',
    line('/team//deleted', 'shared:49'),
    lustre('/team//deleted', 'shared:49', '10.9.0.1@tcp:/lfs'),
  ],
  [
    'a client of a sub-directory',
    line('/team/x\\040y', 'shared:57'),
    lustre('/', 'shared:57', '10.9.0.1@tcp:/lfs/team/x\\040y'),
  ],
  [
    'a bind mount of that',
    line('/team/x\\040y/below', 'shared:57'),
    lustre('/below', 'shared:57', '10.9.0.1@tcp:/lfs/team/x\\040y'),
  ],
  [
    'one whose sub-directory was moved',
    line('/elsewhere', 'shared:57'),
    lustre('/', 'shared:57', '10.9.0.1@tcp:/lfs/team/x\\040y'),
  ],
  [
    'one whose sub-directory was removed',
    line('/team/x\\040y//deleted', 'shared:57'),
    lustre('/', 'shared:57', '10.9.0.1@tcp:/lfs/team/x\\040y'),
  ],
])('asLustreShows rewrites %s', (_, text, expected) => {
  expect(asLustreShows(`${text}\n`, clients)).toBe(`${expected}\n`);
});

it.each([
  ['the storage of a server', line('/', '')],
  ['another group', line('/', 'shared:50')],
  ['another file system in a group with the number of a client', line('/', 'shared:49', 'tmpfs')],
])('asLustreShows leaves %s alone', (_, text) => {
  expect(asLustreShows(text, clients)).toBe(text);
});
