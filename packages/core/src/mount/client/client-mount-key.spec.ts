import { describe, expect, it } from 'vitest';
import { parseMountSource } from '../../model/mount-source.js';
import { clientMountKey } from './client-mount-key.js';
import { scopeOptions, superblockOptions } from '../option-scope.js';

describe('clientMountKey', () => {
  const key = (source: string, options: readonly string[] = [], tuning = ''): string =>
    clientMountKey({ source: parseMountSource(source), options, tuning });
  const plain = key('127.0.0.4@tcp:/lustrefs');

  it.each([
    ['the number 0 of an LNet network', key('127.0.0.4@tcp0:/lustrefs')],
    ['options of mounting', key('127.0.0.4@tcp:/lustrefs', ['retry=3', 'verbose'])],
    ['blanks around tuning', key('127.0.0.4@tcp:/lustrefs', [], ' ')],
  ])('shares a client in spite of %s', (_, other) => expect(other).toBe(plain));

  it.each([
    ['another server of the same name', key('127.0.0.5@tcp:/lustrefs')],
    ['another network', key('127.0.0.4@tcp1:/lustrefs')],
    ['another file system', key('127.0.0.4@tcp:/scratch')],
    ['a superblock option', key('127.0.0.4@tcp:/lustrefs', ['noflock'])],
    ['tuning', key('127.0.0.4@tcp:/lustrefs', [], 'llite.*.max_cached_mb=1')],
  ])('makes a client of its own for %s', (_, other) => expect(other).not.toBe(plain));

  it('takes failover partners in any order', () => {
    expect(key('127.0.0.4@tcp:127.0.0.5@tcp:/fs')).toBe(key('127.0.0.5@tcp:127.0.0.4@tcp:/fs'));
  });

  it('is the name of a directory', () => expect(plain).toMatch(/^[0-9a-f]{32}$/));
});

describe('scopeOptions', () => {
  it.each<[string[], string[], string[]]>([
    [[], [], []],
    [['flock', 'ro'], ['ro'], ['flock']],
    [
      ['noatime', 'flock', 'nosuid', 'user_xattr'],
      ['noatime', 'nosuid'],
      ['flock', 'user_xattr'],
    ],
    [['rw'], [], []],
    [['context="a:b:c1,c2"', 'noexec'], ['noexec'], ['context="a:b:c1,c2"']],
  ])('%j: each mount point gets %j, the client %j', (options, perMount, perClient) => {
    expect(scopeOptions(options)).toEqual({ perMount, perClient });
  });
});

describe('superblockOptions', () => {
  it.each<[string[], string[]]>([
    [
      ['user_xattr', 'flock'],
      ['flock', 'user_xattr'],
    ],
    [
      ['flock', 'user_xattr'],
      ['flock', 'user_xattr'],
    ],
    [['noflock', 'flock'], ['flock']],
    [['flock', 'localflock'], ['localflock']],
    [['user_xattr', 'nouser_xattr'], ['nouser_xattr']],
    [['network=tcp1', 'network=tcp2', 'network=tcp1'], ['network=tcp1']],
    [['retry=5', 'verbose'], []],
  ])('%j is %j', (options, expected) => expect(superblockOptions(options)).toEqual(expected));
});
