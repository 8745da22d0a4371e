import type { Log } from '../model/log.js';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { release } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Limiter } from '../concurrency/limiter.js';
import { DriverError } from '../errors/driver-error.js';
import { parseMountSource } from '../model/mount-source.js';
import { ClientImports } from './client/client-imports.js';
import { CommandRunner } from '../process/command.js';
import { systemCallProgram, SystemCalls } from '../process/system-calls.js';
import { LinuxMounter, type LinuxMounterParts } from './linux-mounter.js';
import { MgsProbe, type ServerProbe } from './client/mgs-probe.js';
import { TargetChildren } from '../process/target-children.js';
import { InsideRunner } from '../node/testing/inside-runner.js';
import { PrivateNode } from '../node/testing/private-node.js';
import { systemClock } from '../concurrency/clock.js';
import { silentLog } from '../node/testing/silent-log.js';

let node: PrivateNode;
let runner: InsideRunner;
let systemCalls: SystemCalls;
let target: string;
let count = 0;

beforeAll(async () => {
  node = await PrivateNode.start();
  runner = new InsideRunner(node);
  systemCalls = new SystemCalls(runner, systemClock);
});
beforeEach(async () => {
  target = await newTarget(`mounter-${(count += 1)}`);
  await node.behave('');
});
afterAll(async () => {
  await systemCalls.close();
  await node.stop();
});

const newTarget = async (name: string): Promise<string> => {
  const path = await node.target(name);
  await node.shell(`mkdir ${path}`);
  return path;
};

const nothingFound: ServerProbe = {
  explain: () => Promise.resolve('probed in a test'),
  look: () => Promise.resolve({ verdict: 'reachable', words: '' }),
};

/** Calls where core was built without a C compiler. */
const noCalls: Pick<SystemCalls, 'isUsable' | 'run'> = {
  isUsable: false,
  run: () => Promise.resolve(undefined),
};
/** Means of bind mounts and plain unmounts. A client is mounted by mount(8) in any case. */
const means = [
  ...(systemCallProgram() ? [{ by: 'system calls', callsOf: () => systemCalls }] : []),
  { by: 'mount(8) and umount(8)', callsOf: () => noCalls },
];

function mounter(parts: Partial<LinuxMounterParts> = {}, calls = means[0]?.callsOf()): LinuxMounter {
  return new LinuxMounter(new TargetChildren(runner, systemClock, calls), systemClock, {
    log: silentLog,
    readMountTable: () => node.mountTable(),
    probe: nothingFound,
    mountHelper: 'require', // It is installed in the private namespace alone.
    ...parts,
  });
}

const forMs = (milliseconds: number) => ({
  signal: new AbortController().signal,
  endsAt: Date.now() + milliseconds,
});
const source = parseMountSource('127.0.0.4@tcp:/lustrefs');
const mount = (on: LinuxMounter, at = target, from = source, milliseconds = 10_000) =>
  on.mount({ source: from, target: at, options: [] }, forMs(milliseconds));
const isMounted = async (at = target) => (await node.mountTable()).at(at) !== undefined;
const failing = (kind: string, words: string) => ({
  kind,
  message: expect.stringContaining(words) as string,
});

/** Log that collects warnings. */
function warnings(): { readonly log: Log; readonly messages: string[] } {
  const messages: string[] = [];
  return { log: { ...silentLog, warn: (_, message) => messages.push(message) }, messages };
}

describe('a server that cannot be mounted from', () => {
  const lost = parseMountSource('127.0.0.1@tcp:/lustrefs');

  it('is probed: a port that is open, and one that is not', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    const probing = mounter({ probe: new MgsProbe({ runner: new CommandRunner(), port }) });
    await expect(mount(probing, target, lost)).rejects.toMatchObject(
      failing('unavailable', `127.0.0.1@tcp accepts connections on TCP ${port}`),
    );
    await new Promise((resolve) => server.close(resolve));
    await expect(mount(probing, target, lost)).rejects.toMatchObject(
      failing('unavailable', `127.0.0.1@tcp refuses connections on TCP ${port}`),
    );
  });

  it('is probed while a mount hangs, so that the deadline is kept', async () => {
    await node.behave('sleep 60');
    const startedAt = Date.now();
    await expect(mount(mounter(), target, source, 600)).rejects.toMatchObject(
      failing('deadline-exceeded', 'did not end in time and was killed'),
    );
    await expect(mount(mounter(), target, source, 600)).rejects.toMatchObject(
      failing('deadline-exceeded', 'The server, probed in a test'),
    );
    expect(Date.now() - startedAt).toBeLessThan(6_000);
  });

  it('is not blamed for a probe that fails', async () => {
    const broken = { ...nothingFound, explain: () => Promise.reject(new Error('no sockets left')) };
    await expect(mount(mounter({ probe: broken }), target, lost)).rejects.toMatchObject(
      failing(
        'unavailable',
        'Input/output error; the management server did not answer; the probe of the server failed',
      ),
    );
  });
});

describe('a node without a Lustre client', () => {
  it('gets an error that names the missing part, and heals', async () => {
    const log = mounter({ readClient: () => Promise.resolve({ hasHelper: true, hasModule: false }) });
    await node.behave(`echo "mount.lustre: mount $source at $target failed: No such device" >&2; exit 19`);
    await expect(mount(log)).rejects.toMatchObject(
      failing('failed-precondition', `is not loaded and could not be: the node's kernel is ${release()}`),
    );
    await node.behave('');
    await mount(log);
    expect(await isMounted()).toBe(true);
    await log.unmount(target, forMs(5_000));
  });

  it('is recognized by the output of mount(8) without its helper', async () => {
    const helper = '$(readlink -f /sbin)/mount.lustre';
    await node.shell(`mv ${helper} ${node.base}/put-away`);
    const mounting = mounter({ readClient: () => Promise.resolve({ hasHelper: false, hasModule: false }) });
    await expect(mount(mounting)).rejects.toMatchObject(
      failing('failed-precondition', 'neither the module nor mount.lustre is installed'),
    );
    await node.shell(`cp -p ${node.base}/put-away ${helper}`);
    await mount(mounting);
    await mounting.unmount(target, forMs(5_000));
  });
});

describe('many mounts at once', () => {
  it('are tried again when they collide', async () => {
    await node.behave(`n=$(grep -c " $target " ${node.base}/calls)
      [ "$n" -ge 3 ] || { echo "mount.lustre: mount $source at $target failed: File exists" >&2; exit 17; }`);
    await mount(mounter());
    expect(await node.callsFor(target)).toBe(3);
    expect(await isMounted()).toBe(true);
  });

  it('are not tried again when the target is mounted already', async () => {
    await node.behave(`mount -i --bind ${node.base}/servers/127.0.0.4@tcp/lustrefs $target
      echo "mount.lustre: mount $source at $target failed: File exists" >&2; exit 17`);
    await mount(mounter());
    expect(await node.callsFor(target)).toBe(1);
  });

  it('end with the error of mount.lustre if they always collide', async () => {
    await node.behave('echo "mount.lustre: mount $source at $target failed: File exists" >&2; exit 17');
    await expect(mount(mounter(), target, source, 1_500)).rejects.toMatchObject(
      failing('unavailable', 'several mounts began at once'),
    );
    expect(await isMounted()).toBe(false);
  });

  it('run 16 at a time', async () => {
    const running = join(node.base, 'running');
    await node.shell(`mkdir -p ${running}`);
    await node.behave(
      `mkdir ${running}/$$; ls ${running} | wc -l >> ${node.base}/at-once; sleep 0.05; rmdir ${running}/$$`,
    );
    const targets = await Promise.all(Array.from({ length: 20 }, (_, n) => newTarget(`at-once-${n}`)));
    const mounting = mounter();
    await Promise.all(targets.map((at) => mount(mounting, at)));
    const seen = (await node.shell(`cat ${node.base}/at-once`)).trim().split('\n').map(Number);
    expect(seen).toHaveLength(20);
    expect(Math.max(...seen)).toBeGreaterThan(1);
    expect(Math.max(...seen)).toBeLessThanOrEqual(16);
  });

  it('are not blocked by one that hangs', async () => {
    const dead = parseMountSource('127.0.0.5@tcp:/lustrefs');
    await node.behave('case $source in 127.0.0.5*) sleep 60 ;; esac');
    const mounting = mounter({ limiter: new Limiter({ limit: 2, holdMs: 200 }) });
    const hanging = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => newTarget(`hanging-${count}-${n}`)),
    );
    const caller = new AbortController();
    const failures = hanging.map((at) =>
      mounting
        .mount({ source: dead, target: at, options: [] }, { ...forMs(60_000), signal: caller.signal })
        .catch((error: unknown) => error),
    );
    await mount(mounting);
    await vi.waitFor(() => expect(mounting.counts.overdueMounts).toBe(2));
    expect(await isMounted()).toBe(true);
    caller.abort(new DriverError('deadline-exceeded', 'the caller gave up'));
    for (const error of await Promise.all(failures))
      expect(error).toMatchObject({ kind: 'deadline-exceeded' });
    expect(mounting.counts.overdueMounts).toBe(0);
    // Two of the six had begun; the others got an error that names the wait.
    const calls = await Promise.all(hanging.map((at) => node.callsFor(at)));
    expect(calls.reduce((sum, calls) => sum + calls)).toBe(2);
  });
});

const fuse = existsSync('/dev/fuse') && process.getuid?.() === 0;

describe.each(means)('a bind mount by $by', ({ by, callsOf }) => {
  /** Binds the directory `from` below the test's node. */
  const bind = (on: LinuxMounter, from: string, options: readonly string[] = []) =>
    on.bind({ clientMount: join(node.base, from), target, options }, forMs(10_000));
  const server = 'servers/127.0.0.4@tcp/lustrefs';

  it('appears and disappears, by no other means', async () => {
    const before = runner.programs.length;
    const mounting = mounter({}, callsOf());
    await bind(mounting, server);
    expect((await node.mountTable()).all(target)).toMatchObject([{ source: '127.0.0.4@tcp:/lustrefs' }]);
    await mounting.unmount(target, forMs(5_000));
    expect(await isMounted()).toBe(false);
    // What is not mounted, or is gone, counts as unmounted.
    await node.shell(`rmdir ${target}`);
    await mounting.unmount(target, forMs(5_000));
    expect(runner.programs.slice(before)).toEqual(by === 'system calls' ? [] : ['mount', 'umount', 'umount']);
  });

  it('has its options from the beginning, and leaves no stage', async () => {
    const stageDir = join(node.base, 'stages');
    const mounting = mounter({ stageDir }, callsOf());
    await bind(mounting, server, ['ro', 'noexec']);
    expect((await node.mountTable()).all(target)).toMatchObject([
      { options: expect.arrayContaining(['ro', 'noexec']) as unknown },
    ]);
    expect(await readdir(stageDir)).toEqual([]);
    await mounting.unmount(target, forMs(5_000));
  });

  it('reports why it failed', async () => {
    await expect(bind(mounter({}, callsOf()), 'missing')).rejects.toMatchObject(
      failing('unavailable', `mount --bind ${node.base}/missing ${target} failed`),
    );
    expect(await isMounted()).toBe(false);
  });
});

describe.each(means)('unmount by $by', ({ callsOf }) => {
  it.runIf(fuse)('unmounts a corrupted mount', async () => {
    const server = await node.silentServer('127.0.0.66@tcp:/lost', target);
    await server.die();
    await expect(node.shell(`stat ${target}`)).rejects.toThrow('not connected');
    await mounter({}, callsOf()).unmount(target, forMs(5_000));
    expect(await isMounted()).toBe(false);
  });

  /** Starts a process that works in the volume until the test ends it. */
  async function user(at: string) {
    const [inside, leave] = [`${node.base}/inside-${count}`, `${node.base}/leave-${count}`];
    const working = node.shell(`cd ${at}; echo > ${inside}; until [ -e ${leave} ]; do sleep 0.02; done`);
    await vi.waitFor(() => expect(existsSync(inside)).toBe(true), { timeout: 5_000, interval: 10 });
    return async () => {
      await node.shell(`touch ${leave}`);
      await working;
    };
  }

  it('is neither forced nor lazy unless it is allowed', async () => {
    const { log, messages } = warnings();
    const mounting = mounter({ log }, callsOf());
    await mount(mounting);
    const leave = await user(target);
    await expect(mounting.unmount(target, forMs(5_000))).rejects.toMatchObject(
      failing('failed-precondition', 'fuser'),
    );
    expect(mounting.counts).toMatchObject({ forcedUnmounts: 0, lazyUnmounts: 0 });
    expect(messages).toEqual([]);
    await leave();
    await mounting.unmount(target, forMs(5_000));
  });

  it('is lazy after the configured time, with a warning', async () => {
    const { log, messages } = warnings();
    const mounting = mounter({ log, escalation: { lazyAfterMs: 300 } }, callsOf());
    await mount(mounting);
    const leave = await user(target);
    await expect(mounting.unmount(target, forMs(5_000))).rejects.toMatchObject({
      kind: 'failed-precondition',
    });
    expect(messages).toEqual([]);
    await vi.waitFor(() => mounting.unmount(target, forMs(5_000)), { timeout: 5_000, interval: 50 });
    expect(await isMounted()).toBe(false);
    expect(mounting.counts).toMatchObject({ forcedUnmounts: 0, lazyUnmounts: 1 });
    expect(messages).toEqual([expect.stringContaining('umount -l, as the settings allow')]);
    await leave();
  });

  /** Installs an lctl that shows the file system `held` with a server in this state. */
  const clientsAre = (state: string) =>
    node.shell(`cd $(readlink -f /sbin)
      printf '#!/bin/sh\\ncase "$*" in *.held-*) printf "import:\\\\n    state: ${state}\\\\n" ;; esac\\n' > lctl
      chmod 755 lctl`);

  it.runIf(fuse)(
    'is forced where that is allowed, but not if others use the client or servers answer',
    async () => {
      const { log, messages } = warnings();
      const imports = new ClientImports({ runner });
      const mounting = mounter({ log, imports, escalation: { forceAfterMs: 0 } }, callsOf());
      const other = await newTarget(`beside-${count}`);
      await node.silentServer('127.0.0.66@tcp:/held', target);
      await node.shell(`mount -c -i --bind ${target} ${other}`);
      const held = node.shell(`stat -f ${target}`).catch((error: Error) => error.message);
      await vi.waitFor(async () =>
        expect(await node.shell('ps -eo stat,args')).toContain(`stat -f ${target}`),
      );
      await expect(mounting.unmount(target, forMs(5_000))).rejects.toMatchObject({
        kind: 'failed-precondition',
      });
      expect(mounting.counts.forcedUnmounts).toBe(0);
      expect(messages).toEqual([expect.stringContaining('not unmounted by force: another mount')]);
      await mounting.unmount(other, forMs(5_000));
      // Nor where the servers answer, and would take the data that force discards.
      await clientsAre('FULL');
      await expect(mounting.unmount(target, forMs(5_000))).rejects.toMatchObject({
        kind: 'failed-precondition',
      });
      expect(mounting.counts.forcedUnmounts).toBe(0);
      expect(messages.slice(1)).toEqual([expect.stringContaining('connected to all servers of held')]);
      await clientsAre('DISCONN');
      // The forced unmount ends the request that keeps the mount busy, but may itself still find it busy.
      await vi.waitFor(() => mounting.unmount(target, forMs(5_000)), { timeout: 5_000, interval: 50 });
      expect(await isMounted()).toBe(false);
      expect(mounting.counts.forcedUnmounts).toBeGreaterThan(0);
      // Which of the two errors a request gets that MNT_FORCE ends depends on how far it was.
      expect(await held).toMatch(/abort|not connected/i);
    },
  );
});
