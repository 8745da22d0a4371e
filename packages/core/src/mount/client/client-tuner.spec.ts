import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseMountSource } from '../../model/mount-source.js';
import { ClientTuner } from './client-tuner.js';
import { CommandRunner, type RunOptions } from '../../process/command.js';
import type { DrivenEngine } from '../../node/testing/driven-engine.js';
import { PrivateNode } from '../../node/testing/private-node.js';

const source = parseMountSource('127.0.0.4@tcp:/lustrefs');
const limits = () => ({ signal: new AbortController().signal, endsAt: Date.now() + 5_000 });

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'tuner-'));
});
afterEach(() => rm(base, { recursive: true }));

/** Parameters of two mounts of the same file system, as files; `lctl` finds them by their names as the real one. */
async function install({ instance = 'ffff937009271000' } = {}) {
  for (const mount of ['ffff937009271000', 'ffff880428703400']) {
    for (const device of [`llite/lustrefs-${mount}`, `osc/lustrefs-OST0000-osc-${mount}`]) {
      await mkdir(join(base, 'params', device), { recursive: true });
      for (const name of ['max_cached_mb', 'max_rpcs_in_flight']) {
        await writeFile(join(base, 'params', device, name), 'before');
      }
    }
  }
  await script('lfs', `[ "$1" = getname ] && echo "lustrefs-${instance} $2"`);
  await script(
    'lctl',
    `[ "$1" = set_param ] || exit 1; shift
    cd ${base}/params
    for setting in "$@"; do
      for file in $(echo "\${setting%%=*}" | tr . /); do
        [ -e "$file" ] || { echo "error: set_param: param_path '$file': No such file or directory" >&2; exit 2; }
        printf %s "\${setting#*=}" > $file
      done
    done`,
  );
}

async function script(name: string, text: string): Promise<void> {
  await mkdir(join(base, 'bin'), { recursive: true });
  await writeFile(join(base, 'bin', name), `#!/bin/sh\n${text}\n`);
  await chmod(join(base, 'bin', name), 0o755);
}

function tuner(allow?: readonly string[]): ClientTuner {
  const runner = new CommandRunner();
  return new ClientTuner({
    ...(allow ? { allow } : {}),
    runner: {
      run: (program: string, args: readonly string[], options: RunOptions) =>
        runner.run(join(base, 'bin', program), args, options),
    },
  });
}

const tune = (tuning: string, allow?: readonly string[]) =>
  tuner(allow).tune({ mountPoint: '/mounts/c', source, tuning }, limits());
const parameter = (path: string) => readFile(join(base, 'params', path), 'utf8');

describe('ClientTuner', () => {
  it("sets the parameters of this mount's client and of no other", async () => {
    await install();
    await tune('llite.*.max_cached_mb=2048,osc.*.max_rpcs_in_flight=16');
    expect(await parameter('llite/lustrefs-ffff937009271000/max_cached_mb')).toBe('2048');
    expect(await parameter('osc/lustrefs-OST0000-osc-ffff937009271000/max_rpcs_in_flight')).toBe('16');
    expect(await parameter('osc/lustrefs-OST0000-osc-ffff937009271000/max_cached_mb')).toBe('before');
    expect(await parameter('llite/lustrefs-ffff880428703400/max_cached_mb')).toBe('before');
    expect(await parameter('osc/lustrefs-OST0000-osc-ffff880428703400/max_rpcs_in_flight')).toBe('before');
  });

  it('needs no tools without a request, and names the missing tool with one', async () => {
    await tune('');
    await expect(tune('llite.*.max_cached_mb=1')).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining("lfs is not in the node plugin's image") as string,
    });
  });

  it('runs nothing for what is not allowed', async () => {
    await install();
    await expect(tune('llite.*.max_cached_mb=1', [])).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(await parameter('llite/lustrefs-ffff937009271000/max_cached_mb')).toBe('before');
    expect(() => tuner().check({ clienttuning: 'llite.*.xattr_cache=0' })).toThrow('may not be set');
    expect(() => tuner().check({ other: 'x' })).not.toThrow();
  });

  it('passes on what lctl says of a parameter that the client does not have', async () => {
    await install();
    await expect(tune('llite.*.fast_read=1')).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining('No such file or directory') as string,
    });
  });

  it.each([
    ['another file system', 'echo "other-ffff937009271000 $2"'],
    ['no instance', 'echo "lustrefs- $2"'],
    ['a failure', 'echo "getname: cannot get name: Inappropriate ioctl for device" >&2; exit 25'],
    ['a wildcard', 'echo "lustrefs-* $2"'],
  ])('never guesses whose client it is: %s', async (_, answer) => {
    await install();
    await script('lfs', answer);
    await expect(tune('llite.*.max_cached_mb=1')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('did not report which client is mounted there') as string,
    });
    expect(await parameter('llite/lustrefs-ffff937009271000/max_cached_mb')).toBe('before');
  });

  it('gives up on a tool that hangs', async () => {
    await install();
    await script('lfs', 'exec sleep 60');
    const soon = { signal: new AbortController().signal, endsAt: Date.now() + 300 };
    await expect(
      tuner().tune({ mountPoint: '/mounts/c', source, tuning: 'llite.*.max_cached_mb=1' }, soon),
    ).rejects.toMatchObject({ kind: 'deadline-exceeded' });
  });
});

describe('an engine', () => {
  let node: PrivateNode;
  let engine: DrivenEngine;
  beforeAll(async () => {
    node = await PrivateNode.start();
    engine = node.engine();
  });
  afterAll(() => node.stop());

  /** Tools that record the parameters that they set; the instance is made of the mount point. */
  const installTools = () =>
    node.shell(`cd $(readlink -f /sbin)
      printf '#!/bin/sh\\necho "lustrefs-$(echo $2 | md5sum | cut -c1-16) $2"\\n' > lfs
      printf '#!/bin/sh\\necho "$@" >> ${node.base}/set\\n' > lctl
      chmod 755 lfs lctl`);
  const wasSet = async () => (await readFile(join(node.base, 'set'), 'utf8')).trim().split('\n');
  const publish = (target: string, clientTuning: string) =>
    engine.publish(target, { context: { clientTuning } });

  it('tunes each client once, before its first pod; other settings get a client of their own', async () => {
    const targets = await Promise.all(['a', 'b', 'c'].map((name) => node.target(name)));
    const [a = '', b = '', c = ''] = targets;
    const refused = await publish(a, 'llite.*.max_cached_mb=64');
    expect(refused.error).toMatchObject({ kind: 'failed-precondition' });
    expect(refused.error?.message).toContain('clientTuning cannot be applied: lfs is not in');
    expect((await node.mountTable()).at(a)).toBeUndefined();
    const denied = await publish(a, 'llite.*.xattr_cache=0');
    expect(denied.error).toMatchObject({ kind: 'invalid-argument' });
    await installTools();
    for (const target of [a, b, a])
      expect(await publish(target, 'llite.*.max_cached_mb=64')).not.toHaveProperty('error');
    expect(await wasSet()).toHaveLength(1);
    expect(await publish(c, 'llite.*.max_cached_mb=128')).not.toHaveProperty('error');
    expect(await wasSet()).toEqual([
      expect.stringMatching(/^set_param llite\.\*[0-9a-f]{16}\.max_cached_mb=64$/),
      expect.stringMatching(/^set_param llite\.\*[0-9a-f]{16}\.max_cached_mb=128$/),
    ]);
    expect(new Set((await wasSet()).map((line) => line.split('.')[1])).size).toBe(2);
    for (const target of targets) expect(await engine.unpublish(target)).not.toHaveProperty('error');
  });
});
