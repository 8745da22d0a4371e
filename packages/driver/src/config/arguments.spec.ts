import { describe, expect, it } from 'vitest';
import { readArguments, type KnownFlag } from './arguments.js';

const flags: readonly KnownFlag[] = [
  { name: 'driver-name', type: 'string', aliases: ['drivername'] },
  { name: 'endpoint', type: 'string' },
  { name: 'help', type: 'boolean' },
  { name: 'v', type: 'string' },
];

describe('readArguments', () => {
  it.each<[readonly string[], Record<string, string>]>([
    [['--endpoint', '/a'], { endpoint: '/a' }],
    [['--endpoint=/a=b'], { endpoint: '/a=b' }],
    [['-endpoint=/a'], { endpoint: '/a' }],
    [['--drivername', 'x'], { 'driver-name': 'x' }],
    [['-v', '5'], { v: '5' }],
    [['-v=5'], { v: '5' }],
    [['--v=5'], { v: '5' }],
    [['--help'], { help: 'true' }],
    [['--help', '--endpoint', '/a'], { help: 'true', endpoint: '/a' }],
    [['-help=false'], { help: 'false' }],
    [[], {}],
  ])('reads %j', (argv, expected) => {
    expect(Object.fromEntries(readArguments(argv, flags, 'a-driver'))).toEqual(expected);
  });

  it.each([
    [['--endpint', '/a'], 'endpint'],
    [['--endpoint'], 'endpoint'],
    [['stray'], 'stray'],
  ])('refuses %j, and names it', (argv, named) => {
    expect(() => readArguments(argv, flags, 'a-driver')).toThrow(named);
  });
});
