import { describe, expect, it } from 'vitest';
import { parseMountSource } from '../../model/mount-source.js';
import type { CommandResult } from '../../process/command.js';
import { explainMountFailure, symptomOf } from '../failure/mount-failure.js';
import { mountCommand, type MountHelper } from './mount-helper.js';

const commandOf = (
  source: string,
  options: readonly string[],
  helper: MountHelper | undefined,
  hasHelper: boolean,
) =>
  mountCommand({ source: parseMountSource(source), target: '/t', options }, helper, async () => ({
    hasHelper,
  }));
const failover = '10.9.0.1@tcp,10.9.0.8@tcp:10.9.0.9@tcp:/lfs/team/x';

describe('mountCommand', () => {
  it.each<[MountHelper | undefined, boolean, boolean]>([
    [undefined, true, true],
    [undefined, false, false],
    ['auto', false, false],
    ['require', false, true],
    ['kernel', true, false],
  ])('--mount-helper %s, installed: %s', async (helper, hasHelper, uses) => {
    const { command } = await commandOf('10.9.0.1@tcp:/lfs', ['noatime'], helper, hasHelper);
    expect(command).toEqual(
      uses
        ? ['mount', '-t', 'lustre', '-o', 'noatime', '10.9.0.1@tcp:/lfs', '/t']
        : [
            ...['mount', '-i', '-t', 'lustre', '-o', 'noatime,flock,device=10.9.0.1@tcp:/lfs'],
            ...['10.9.0.1@tcp:/lfs', '/t'],
          ],
    );
  });

  it.each<[readonly string[], string]>([
    [[], `flock,device=${failover}`],
    [['flock', 'retry=3'], `flock,device=${failover}`],
    [['noflock', 'ro'], `noflock,ro,device=${failover}`],
    [['localflock'], `localflock,device=${failover}`],
    [['context="a:b:c1,c2"'], `context="a:b:c1,c2",flock,device=${failover}`],
  ])('gives the kernel what mount.lustre would, the source last: %j', async (options, expected) => {
    expect((await commandOf(failover, options, 'kernel', false)).command[5]).toBe(expected);
  });

  it.each([
    ['mgs.example@tcp:/lfs', [], 'the host name in mgs.example@tcp is not an address'],
    ['10.9.0.1@tcp:/lfs', ['skpath=/etc/key'], 'the mount option skpath loads a key'],
  ])('refuses what needs mount.lustre: %s %j', async (source, options, words) => {
    await expect(commandOf(source, options, 'auto', false)).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining(words) as string,
    });
    await expect(commandOf(source, options, 'auto', true)).resolves.toHaveProperty('command');
  });
});

describe('a failed mount without mount.lustre', () => {
  const failed = async (stderr: string, exitCode = 32): Promise<CommandResult> => {
    const { resultOf } = await commandOf('10.9.0.1@tcp:/lfs', [], 'kernel', false);
    return resultOf({ pid: 1, exitCode, signal: null, stdout: '', stderr });
  };
  const explained = (result: CommandResult) => {
    const mount = { ...result, source: '10.9.0.1@tcp:/lfs', target: '/t', kernel: '6.1' };
    return { kind: explainMountFailure(mount).kind, symptom: symptomOf(mount) };
  };

  it.each([
    [
      'mount: /t: wrong fs type, bad option, bad superblock on 10.9.0.1@tcp:/lfs, missing codepage or helper program, or other error.',
      22,
      { kind: 'invalid-argument', symptom: undefined },
    ],
    [
      "mount: /t: can't read superblock on 10.9.0.1@tcp:/lfs.",
      5,
      { kind: 'unavailable', symptom: 'unreachable' },
    ],
    [
      'mount: /t: special device 10.9.0.1@tcp:/lfs does not exist.',
      2,
      { kind: 'not-found', symptom: undefined },
    ],
    ['mount: /t: mount(2) system call failed: File exists.', 17, { kind: 'unavailable', symptom: 'exists' }],
    [
      'mount: /t: mount(2) system call failed: Connection timed out.',
      110,
      { kind: 'unavailable', symptom: 'unreachable' },
    ],
    [
      "mount: /t: unknown filesystem type 'lustre'.",
      32,
      { kind: 'failed-precondition', symptom: 'no-client' },
    ],
  ])('%s', async (stderr, exitCode, meaning) => {
    const result = await failed(stderr);
    expect(result.exitCode).toBe(exitCode);
    expect(explained(result)).toEqual(meaning);
  });

  it('keeps other results as they are', async () => {
    expect(await failed('', 0)).toMatchObject({ exitCode: 0 });
    expect(await failed('mount: only root can do that', 1)).toMatchObject({
      exitCode: 1,
      stderr: 'mount: only root can do that',
    });
  });
});
