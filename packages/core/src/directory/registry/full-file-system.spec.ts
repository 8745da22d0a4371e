import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { directoryKey } from '../directory-handle.js';
import type { BasePathLocation, OnDelete, WorkerReply, WorkerTask } from './worker-protocol.js';

const worker = fileURLToPath(
  new URL('../../../dist/directory/registry/directory-worker.child.js', import.meta.url),
);
const isRoot = process.getuid?.() === 0;
const key = directoryKey('a');

/** Takes every inode, then every block. */
const fill =
  'cd "$ROOT/base/team/a"; : > data; i=0; while ( : > "$ROOT/fill$i" ); do i=$((i + 1)); done; cat /dev/zero > data; cd /';
/** Takes every block, and leaves inodes: a file can be created, and not written. */
const fillBlocks = 'cat /dev/zero > "$ROOT/data"';

const linesOf = (tasks: readonly WorkerTask[]): string =>
  tasks.map((task) => JSON.stringify({ id: 1, ...task })).join('\n');

/** Tasks for one worker, or a shell command. */
type Step = readonly WorkerTask[] | string;

/** Runs tasks and shell commands on a tiny file system in a mount namespace of its own. @returns what was printed */
function onTinyFileSystem(stepsOf: (location: BasePathLocation) => readonly Step[]): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'tiny-'));
  const commands = stepsOf({ root, base: ['base'] }).map((step) =>
    typeof step === 'string'
      ? `{ ${step}; } 2> /dev/null`
      : `echo '${linesOf(step)}' | "$NODE" "$WORKER" "$ROOT"`,
  );
  const mount = 'mount -t tmpfs -o size=256k,nr_inodes=40,mode=755 tiny "$ROOT"';
  const asUser = isRoot ? [] : ['--user', '--map-root-user'];
  const { stdout, stderr } = spawnSync(
    'unshare',
    [...asUser, '--mount', '--propagation', 'private', 'sh', '-c', [mount, ...commands].join('\n')],
    { encoding: 'utf8', env: { ...process.env, ROOT: root, WORKER: worker, NODE: process.execPath } },
  );
  rmdirSync(root);
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

const create = (location: BasePathLocation, onDelete: OnDelete, name = 'a'): WorkerTask => ({
  operation: 'create',
  location,
  desired: {
    name,
    key: directoryKey(name),
    path: ['team', name],
    capacityBytes: '0',
    range: {},
    settings: { uid: 0, gid: 0, mode: 0o755, stripe: [], quota: 'none', onDelete, node: {} },
    projectIds: { first: 1, last: 2 },
  },
});

const outcomeOf = (line = ''): unknown => {
  const reply = JSON.parse(line) as WorkerReply;
  return 'failure' in reply ? reply.failure.code : reply.result;
};

it.each([
  ['delete', 'trashed'],
  ['archive', 'archived'],
  ['retain', 'retained'],
] as const)('a volume of a full file system is deleted: onDelete %s', (onDelete, result) => {
  const [, refused, deleted, again, swept, ...left] = onTinyFileSystem((location) => [
    [create(location, onDelete)],
    fill,
    // There is no room for another volume, and nothing of it is left.
    [
      create(location, onDelete, 'b'),
      { operation: 'delete', location, key },
      { operation: 'delete', location, key },
      { operation: 'sweep', location, budget: 100, orphans: true },
    ],
    'cd "$ROOT/base/.lustre-csi"; find . -mindepth 2; cd "$ROOT/base"; find . -name data | sed "s|-[0-9a-f]*/|/|"',
  ]);
  expect([outcomeOf(refused), outcomeOf(deleted), outcomeOf(again)]).toEqual(['ENOSPC', result, 'absent']);
  expect(outcomeOf(swept)).toMatchObject({ isDone: true, failures: [] });
  const kept = { delete: [], archive: ['./archived-team-a/data'], retain: ['./team/a/data'] };
  expect(left).toEqual(kept[onDelete]);
});

it('a creation that a full file system cuts off is given up', () => {
  const [, deleted, swept, ...left] = onTinyFileSystem((location) => [
    [create(location, 'delete')],
    // As a worker leaves it that is killed before the commit.
    'rm -r "$ROOT"/base/.lustre-csi/fates/* "$ROOT/base/team/a"',
    fillBlocks,
    [
      { operation: 'delete', location, key },
      { operation: 'sweep', location, budget: 100, orphans: true },
    ],
    'cd "$ROOT/base/.lustre-csi"; find . -mindepth 2',
  ]);
  expect(outcomeOf(deleted)).toBe('absent');
  expect(outcomeOf(swept)).toMatchObject({ isDone: true, failures: [] });
  expect(left).toEqual([]);
});
