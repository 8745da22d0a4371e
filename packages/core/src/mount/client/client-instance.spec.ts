import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../process/command.js';
import { ClientInstances } from './client-instance.js';

/** Tools that print these texts, by command line; all others fail. */
function tools(texts: Readonly<Record<string, string>>) {
  const calls: string[] = [];
  const run = (program: string, args: readonly string[]): Promise<CommandResult> => {
    const call = [program, ...args].join(' ');
    calls.push(call);
    const stdout = texts[call];
    const exitCode = stdout === undefined ? 2 : 0;
    return Promise.resolve({ ...{ pid: 1, signal: null, stderr: '' }, stdout: stdout ?? '', exitCode });
  };
  return { calls, instances: new ClientInstances({ runner: { run } }) };
}

const lfs = { fsname: 'lfs', instance: 'ff110000055fd800' };

describe('ClientInstances', () => {
  // Texts of clients of 2.17 and 2.15.
  it.each([
    ['lfs getname (2.17)', { 'lfs getname /m1': 'lfs-ff110000055fd800\n' }, lfs],
    ['lfs getname (2.15)', { 'lfs getname /m1': 'lfs-ff110000055fd800 /m1\n' }, lfs],
    ['the only client', { 'lctl get_param -N llite.lfs-*': 'llite.lfs-ff110000055fd800\n' }, lfs],
    [
      'one of two clients',
      { 'lctl get_param -N llite.lfs-*': 'llite.lfs-ff110000055fd800\nllite.lfs-ff1100012deca800\n' },
      undefined,
    ],
    ['another file system', { 'lfs getname /m1': 'other-ff110000055fd800\n' }, undefined],
    ['nothing', {}, undefined],
  ])('finds a client by %s', async (_, texts, expected) => {
    expect(await tools(texts).instances.at('/m1', 'lfs')).toEqual(expected);
  });

  it('reads the connections of one client, and ends the requests of that client alone', async () => {
    const imports = 'mdc.lfs-*-mdc-ff110000055fd800.import osc.lfs-*-osc-ff110000055fd800.import';
    const active = 'mdc.lfs-*-mdc-ff110000055fd800.active=0 osc.lfs-*-osc-ff110000055fd800.active=0';
    const { instances } = tools({
      [`lctl get_param -n ${imports}`]: 'import:\n    state: FULL\nimport:\n    state: DISCONN\n',
      [`lctl set_param ${active}`]: '',
    });
    expect(await instances.connectionsOf(lfs)).toBe('some missing');
    expect(await instances.deactivate(lfs)).toBe(true);
    expect(await instances.deactivate({ ...lfs, instance: 'ff1100012deca800' })).toBe(false);
  });
});
