import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMountSource } from '../../model/mount-source.js';
import { CommandRunner, type CommandResult } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { describeLostTargets, TargetConnections } from './target-connections.js';

const source = parseMountSource('10.9.0.1@tcp:/lfs');
const report = (state: string, instance = 'ff11', nid = '10.9.0.1@tcp', target = 'OST0001'): string =>
  `osc.lfs-${target}-osc-${instance}.import=\nimport:\n    state: ${state}\n    current_connection: "${nid}"\n`;

/** Connections as lctl prints them. */
function connectionsOf(initial: string) {
  const world = { text: initial, calls: 0, clock: new ManualClock(), fails: undefined as Error | undefined };
  const run = async (): Promise<CommandResult> => {
    world.calls += 1;
    if (world.fails) throw world.fails;
    return { pid: 1, exitCode: 0, signal: null, stderr: '', stdout: world.text };
  };
  const connections = new TargetConnections({ runner: { run }, clock: world.clock, root: '/no/such/root' });
  return { world, connections };
}

async function pass(clock: ManualClock, seconds: number): Promise<void> {
  clock.after(seconds * 1000, () => {});
  await clock.next();
}

describe('TargetConnections', () => {
  it('counts a target as lost when it has had no connection for a minute', async () => {
    const { world, connections } = connectionsOf(report('DISCONN'));
    expect(await connections.lostTargets(source)).toEqual([]);
    await pass(world.clock, 59);
    expect(await connections.lostTargets(source)).toEqual([]);
    await pass(world.clock, 20);
    world.text = report('CONNECTING');
    expect(await connections.lostTargets(source)).toEqual([
      { target: 'lfs-OST0001', state: 'CONNECTING', seconds: 79 },
    ]);
    expect(connections.lost).toHaveLength(1);
    await pass(world.clock, 299);
    expect(connections.lost).toHaveLength(1);
    await pass(world.clock, 2);
    expect(connections.lost).toEqual([]); // Its volumes are unpublished: it is not looked at any more.
    world.text = report('FULL');
    await pass(world.clock, 16);
    expect(await connections.lostTargets(source)).toEqual([]);
    expect(connections.lost).toEqual([]);
  });

  it("believes the kernel's own history", async () => {
    const since = Math.floor(Date.now() / 1000) - 300;
    const history = `osc.lfs-OST0001-osc-ff11.state=\ncurrent_state: DISCONN\nstate_history:\n - [ ${since}, DISCONN ]\n`;
    const { connections } = connectionsOf(report('DISCONN') + history);
    const [lost] = await connections.lostTargets(source);
    expect(lost?.seconds).toBeGreaterThanOrEqual(300);
  });

  it('reads one report for many volumes', async () => {
    const { world, connections } = connectionsOf(report('FULL'));
    await Promise.all(Array.from({ length: 50 }, () => connections.lostTargets(source)));
    expect(world.calls).toBe(1);
    await pass(world.clock, 16);
    await connections.lostTargets(source);
    expect(world.calls).toBe(2);
  });

  it.each([
    ['another file system of that name', report('DISCONN', 'aa22', '10.9.0.2@tcp') + report('FULL'), []],
    [
      'the volume, beside another',
      report('FULL', 'aa22', '10.9.0.2@tcp') + report('DISCONN'),
      ['lfs-OST0001'],
    ],
    [
      'one of two that nothing distinguishes',
      report('DISCONN', 'a', 'x@tcp') + report('FULL', 'b', 'y@tcp'),
      [],
    ],
    [
      'the only client, whose servers have other NIDs',
      report('DISCONN', 'aa22', '10.9.0.2@tcp'),
      ['lfs-OST0001'],
    ],
  ])('distinguishes clients: %s', async (_, text, lost) => {
    const { world, connections } = connectionsOf(text);
    await connections.lostTargets(source);
    await pass(world.clock, 61);
    expect((await connections.lostTargets(source)).map(({ target }) => target)).toEqual(lost);
  });

  it('knows nothing without lctl, and starts no second one beside one that hangs', async () => {
    const { world, connections } = connectionsOf('');
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    world.fails = new StuckChildError({ pid: 7, command: 'lctl', startedAt: 0, state: 'D', ended });
    for (let times = 0; times < 3; times += 1) {
      expect(await connections.lostTargets(source)).toEqual([]);
      await pass(world.clock, 16);
    }
    expect(world.calls).toBe(1);
    end();
    await pass(world.clock, 16);
    await connections.lostTargets(source);
    expect(world.calls).toBe(2);
  });
});

describe('the files of the kernel', () => {
  let root = '';
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'imports-'))));
  afterEach(() => rm(root, { recursive: true }));

  it.each(['proc/fs/lustre/osc', 'sys/kernel/debug/lustre/osc'])(
    'are read in %s, without lctl',
    async (place) => {
      const directory = join(root, place, 'lfs-OST0001-osc-ffff937009271000');
      await mkdir(directory, { recursive: true });
      await mkdir(join(root, place, 'num_refs'));
      const since = Math.floor(Date.now() / 1000) - 3600;
      await writeFile(join(directory, 'import'), 'import:\n    state: DISCONN\n');
      await writeFile(join(directory, 'state'), `current_state: DISCONN\n - [ ${since}, DISCONN ]\n`);
      const connections = new TargetConnections({
        runner: new CommandRunner(),
        clock: new ManualClock(),
        root,
      });
      expect(await connections.lostTargets(source)).toMatchObject([
        { target: 'lfs-OST0001', state: 'DISCONN' },
      ]);
    },
  );
});

it.each([
  [[], undefined],
  [[45], 'lfs-OST0000 (DISCONN, for 45 s): access'],
  [
    [45, 300, 7200],
    'lfs-OST0000 (DISCONN, for 45 s), lfs-OST0001 (DISCONN, for 5 min), lfs-OST0002 (DISCONN, for 2 h):',
  ],
  [[1, 1, 1, 1, 1, 1], 'lfs-OST0003 (DISCONN, for 1 s) and 2 more: access'],
])('describeLostTargets: %j', (seconds, words) => {
  const text = describeLostTargets(
    seconds.map((each, index) => ({ target: `lfs-OST000${index}`, state: 'DISCONN', seconds: each })),
  );
  if (words === undefined) expect(text).toBeUndefined();
  else expect(text).toContain(words);
});
