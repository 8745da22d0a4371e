import { MemoryCloud, memoryProvider } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { readConfig, type Invocation } from './config.js';
import { servedArguments } from './served-arguments.js';

const driver = { name: 'a-driver', providers: [memoryProvider(new MemoryCloud())] };
const read = (argv: readonly string[], served: readonly string[] = []): Invocation =>
  readConfig(driver, { argv, environment: {}, served });

describe('a command that examines', () => {
  it('takes operands and flags of its own, and needs no endpoint', () => {
    expect(read(['doctor', 'claim', 'ns/data', '--output', 'json'])).toMatchObject({
      kind: 'doctor',
      config: { operands: ['claim', 'ns/data'], mode: 'all' },
    });
  });

  it('takes the flags of the driver that serves, and its own before those', () => {
    const served = ['--mode=node', '--endpoint=unix:///csi/csi.sock', '--state-dir', '/state'];
    expect(read(['doctor', '--state-dir', '/other'], served)).toMatchObject({
      config: { mode: 'node', endpoint: { kind: 'unix', path: '/csi/csi.sock' }, stateDir: '/other' },
    });
  });

  it.each([
    [['orphans', 'stray'], /stray/],
    [['--only', 'LCSI-N'], /only/],
    [['support-bundle', 'stray'], /stray/],
  ])('refuses %j', (argv, words) => {
    expect(() => read(argv)).toThrow(words);
  });
});

describe('servedArguments', () => {
  const script = process.argv[1] ?? '';
  const line =
    (...args: readonly string[]) =>
    (): string =>
      args.map((arg) => `${arg}\0`).join('');

  it.each<[string, () => string, readonly string[]]>([
    ['the driver', line('node', script, '--mode', 'node'), ['--mode', 'node']],
    ['another program', line('sleep', 'infinity'), []],
    ['a command of the driver', line('node', script, 'pre-stop-hook'), []],
    [
      'unreadable',
      () => {
        throw new Error('EACCES');
      },
      [],
    ],
  ])('reads the flags where the first process is %s', (_, cmdline, expected) => {
    expect(servedArguments(script, cmdline)).toEqual(expected);
  });
});
