import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DriverError, parseMountSource, type Clock, type Log } from '@lustre-csi/core';
import { HAND_OFF_FILE, type GuestVolume } from '@lustre-csi/core/guest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guestProbe } from './guest-probe.js';
import { GuestMounts } from './guest-mounts.js';
import { lnetRefusal, parseNids } from './lnet-placement.js';
import { readHandOff } from './read-hand-off.js';
import { serveGuestHealth } from './serve-guest-health.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lustre-csi-guest-'));
});
afterEach(() => rm(directory, { recursive: true }));

const volume = (name: string): GuestVolume => ({
  volumeId: name,
  targetPath: join(directory, name, 'mount'),
  source: '10.0.0.4@tcp:/lustrefs',
  accessMode: 'MULTI_NODE_MULTI_WRITER',
  readonly: false,
  mountFlags: ['flock'],
  settings: { mountSharing: 'node', directoryPerms: '0770' },
});

const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => log };

interface PublishedVolume {
  readonly volumeId: string;
  readonly targetPath: string;
  readonly context?: unknown;
}

/** Engine that fails its first calls. */
function engineWith(failures: number) {
  const calls: string[] = [];
  const contexts: unknown[] = [];
  let left = failures;
  const mounted = new Set<string>();
  return {
    ...{ calls, contexts, mounted },
    publish: async ({ volumeId, targetPath, context }: PublishedVolume) => {
      calls.push(`publish ${volumeId}`);
      contexts.push(context);
      if ((left -= 1) >= 0) throw new DriverError('unavailable', 'no server answers');
      mounted.add(targetPath);
    },
    unpublish: async ({ volumeId, targetPath }: PublishedVolume) => {
      calls.push(`unpublish ${volumeId}`);
      if (volumeId === 'busy') throw new DriverError('unavailable', 'target is busy');
      mounted.delete(targetPath);
    },
  };
}

/** Clock on which pauses end at once. */
const clock: Clock = {
  now: () => 0,
  after: (_, callback) => {
    callback();
    return () => {};
  },
};

const mountsOf = (names: readonly string[], engine: ReturnType<typeof engineWith>, check = async () => {}) =>
  new GuestMounts({
    ...{ engine, check, log },
    volumes: names.map(volume),
    isMounted: async (path) => engine.mounted.has(path),
    clock,
  });

describe('mounts of a guest', () => {
  it('repeat what fails, and report it until all are mounted', async () => {
    const engine = engineWith(1);
    let checks = 0;
    const mounts = mountsOf(['a', 'b'], engine, async () => {
      checks += 1;
      if (checks === 1) throw new Error('no module');
      if (checks === 2) expect(mounts.notStarted()).toBe('no module');
      if (checks === 3) expect(mounts.notStarted()).toBe('no server answers');
    });
    expect(await mounts.notReady()).toMatch(/under way/);
    await mounts.mount(new AbortController().signal);
    expect(engine.calls).toEqual(['publish a', 'publish a', 'publish b']);
    expect(mounts.notStarted()).toBeUndefined();
    expect(await mounts.notReady()).toBeUndefined();
    expect((await stat(join(directory, 'a'))).isDirectory()).toBe(true);
  });

  it('have a client each, with the other settings of their volumes', async () => {
    const engine = engineWith(0);
    await mountsOf(['a'], engine).mount(new AbortController().signal);
    expect(engine.contexts).toEqual([{ directoryPerms: '0770' }]);
  });

  it('report a volume that another process has unmounted', async () => {
    const engine = engineWith(0);
    const mounts = mountsOf(['a'], engine);
    await mounts.mount(new AbortController().signal);
    engine.mounted.clear();
    expect(await mounts.notReady()).toMatch(/no longer mounted/);
    expect(mounts.notStarted()).toBeUndefined();
  });

  it('end with the signal', async () => {
    const stopping = new AbortController();
    const mounts = mountsOf(['a'], engineWith(0), async () => {
      stopping.abort();
      throw new Error('no module');
    });
    await mounts.mount(stopping.signal);
    expect(mounts.notStarted()).toMatch(/under way/);
  });

  it('are unmounted in reverse, each although another one is busy', async () => {
    const engine = engineWith(0);
    const mounts = mountsOf(['a', 'busy', 'c'], engine);
    expect(await mounts.unmount()).toBe(1);
    expect(engine.calls).toEqual(['unpublish c', 'unpublish busy', 'unpublish a']);
  });
});

describe('LNet of a guest', () => {
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
  });
  const refusal = (nids: readonly string[] | undefined) =>
    lnetRefusal({
      nids: async () => nids,
      addresses: () => ['10.128.2.7', '127.0.0.1'],
      warn: (message) => warnings.push(message),
    });

  it.each([
    ['with the address of the pod alone', ['0@lo', '10.128.2.7@tcp']],
    ['with the address of the pod on two networks', ['10.128.2.7@tcp', '10.128.2.7@tcp1']],
  ])('is refused %s', async (_, nids) => {
    expect(await refusal(nids)).toMatch(/10\.128\.2\.7@tcp.*modprobe lustre.*--allow-pod-network/s);
  });

  it.each([
    ['with the address of the machine', ['0@lo', '192.168.0.9@tcp']],
    ['with both', ['192.168.0.9@tcp', '10.128.2.7@tcp1']],
    ['that is not up yet', ['0@lo']],
  ])('is used %s', async (_, nids) => {
    expect(await refusal(nids)).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('is used where it cannot be read, with a warning', async () => {
    expect(await refusal(undefined)).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('unknown')]);
  });

  it('is read from lctl and from the kernel', () => {
    expect(parseNids('10.0.0.4@tcp\n192.168.1.1@o2ib\n')).toEqual(['10.0.0.4@tcp', '192.168.1.1@o2ib']);
    const table =
      'nid                      status alive refs peer  rtr   max    tx   min\n0@lo up 0 2\n10.0.0.4@tcp up -1 1\n';
    expect(parseNids(table)).toEqual(['0@lo', '10.0.0.4@tcp']);
  });
});

it('a guest tries a mount although its container reaches no server, and names the network that matters', async () => {
  const source = parseMountSource('192.0.2.1@tcp:/lustrefs');
  expect(await guestProbe.look(source)).toMatchObject({ verdict: 'reachable' });
  expect(await guestProbe.explain(source)).toMatch(/subnet of the machines of peer pods/);
});

describe('the hand-off', () => {
  const write = (text: string) => writeFile(join(directory, HAND_OFF_FILE), text);
  const content = (driver: string, volumes: readonly unknown[]) =>
    JSON.stringify({ format: 1, driver, volumes });

  it('names the volumes', async () => {
    await write(content('d', [volume('a')]));
    expect(await readHandOff(directory, 'd')).toEqual([volume('a')]);
  });

  it.each<[string, string | undefined, RegExp]>([
    ['that is missing', undefined, /cannot be read.*ENOENT.*--hand-off-dir/],
    ['of another version', '{"format":9}', /format is 9/],
    ['of another driver', content('e', []), /--driver-name=e/],
    ['without a volume', content('d', []), /names no volume/],
  ])('is refused %s', async (_, text, words) => {
    if (text !== undefined) await write(text);
    await expect(readHandOff(directory, 'd')).rejects.toThrow(words);
  });
});

it('serves the state of the mounts to probes', async () => {
  let failure: string | undefined = 'no module';
  const listener = await serveGuestHealth('127.0.0.1:0', {
    notStarted: () => failure,
    notReady: async () => failure,
  });
  const get = async (path: string) => {
    const response = await fetch(`http://${listener.address}${path}`);
    return [response.status, await response.text()];
  };
  try {
    expect(await get('/livez')).toEqual([200, 'ok\n']);
    expect(await get('/started')).toEqual([503, 'no module\n']);
    expect(await get('/readyz?verbose')).toEqual([503, 'no module\n']);
    expect((await get('/healthz'))[0]).toBe(404);
    failure = undefined;
    expect(await get('/started')).toEqual([200, 'ok\n']);
    expect(await get('/readyz')).toEqual([200, 'ok\n']);
  } finally {
    await listener.stop();
  }
});
