import { describe, expect, it } from 'vitest';
import { parseMountOptions } from './mount-options.js';

describe('parseMountOptions', () => {
  it.each([
    ['', []],
    ['rw', []],
    ['rw,noatime,flock', ['noatime']],
    ['ro,nosuid,nodev,noexec,relatime,_netdev', ['ro', 'nosuid', 'nodev', 'noexec', 'relatime']],
    ['ro,rw', []],
    ['rw,ro', ['ro']],
    ['nosuid,suid,,exec', []],
  ])('takes the flags of %s, the last word first', (text, flags) => {
    expect(parseMountOptions(text)).toMatchObject({ flags, remount: false, unknown: [] });
  });

  it.each([
    'localflock',
    'noflock',
    'user_xattr',
    'lazystatfs',
    'nouser_fid2path',
    'always_ping',
    'noencrypt',
  ])('knows %s', (text) => {
    expect(parseMountOptions(text).unknown).toEqual([]);
  });

  it.each(['skpath=/etc/key', 'mgssec=skpi', 'exclude=fs-OST0001', 'retry=2'])('knows %s', (text) => {
    expect(parseMountOptions(text).unknown).toEqual([]);
  });

  it.each([
    ['flok', ['flok']],
    ['flock=1', ['flock=1']],
    ['network=tcp', ['network=tcp']],
    ['statfs_project', ['statfs_project']],
    ['network', ['network']],
    ['network=', ['network=']],
    ['device=10.0.0.4@tcp:/x,ro,param=1', ['device=10.0.0.4@tcp:/x', 'param=1']],
    ['size=1g', ['size=1g']],
  ])('does not know %s', (text, unknown) => {
    expect(parseMountOptions(text).unknown).toEqual(unknown);
  });

  it('knows statfs_project from 2.17 on', () => {
    expect(parseMountOptions('statfs_project', '2.17')).toMatchObject({
      unknown: [],
      client: ['statfs_project'],
    });
  });

  it('reads the number of repetitions', () => {
    expect(parseMountOptions('retry=2,noflock')).toMatchObject({
      retry: 2,
      client: ['noflock'],
      unknown: [],
    });
  });

  it('sees a remount', () => {
    expect(parseMountOptions('remount,ro')).toMatchObject({ flags: ['ro'], remount: true, unknown: [] });
  });
});
