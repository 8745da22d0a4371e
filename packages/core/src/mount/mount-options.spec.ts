import { describe, expect, it } from 'vitest';
import { growthOf } from '../testing/growth.js';
import { checkMountFlags, mountOptions, parseMountOptionsAllow, requestsReadOnly } from './mount-options.js';

const selinux = 'context="system_u:object_r:container_file_t:s0:c1,c2"';

describe('mountOptions', () => {
  it.each([
    [[], false, []],
    [['flock', 'noatime'], false, ['flock', 'noatime']],
    [['noatime,flock'], false, ['noatime', 'flock']],
    [['flock', selinux, 'retry=3'], false, ['flock', selinux, 'retry=3']],
    [[`noatime,${selinux},flock`], false, ['noatime', selinux, 'flock']],
    [['network=tcp1', 'skpath=/etc/lustre/key'], false, ['network=tcp1', 'skpath=/etc/lustre/key']],
    [
      ['localflock', 'user_xattr', 'network=o2ib1', 'mgssec=skpi', 'context=system_u:object_r:nfs_t:s0'],
      false,
      ['localflock', 'user_xattr', 'network=o2ib1', 'mgssec=skpi', 'context=system_u:object_r:nfs_t:s0'],
    ],
    [['some_later_option=1', 'another'], false, ['some_later_option=1', 'another']],
    [['defaults,noatime,flock,_netdev,nofail'], false, ['noatime', 'flock']],
    [['x-systemd.automount', 'x-systemd.requires=network.service', 'flock'], false, ['flock']],
    [[], true, ['ro']],
    [['rw', 'flock'], true, ['flock', 'ro']],
    [['ro', 'flock'], true, ['flock', 'ro']],
    [['ro'], false, ['ro']],
  ])('%j, read-only %s: %j', (flags, readonly, expected) => {
    expect(mountOptions(flags, readonly)).toEqual(expected);
  });

  it.each([
    ['device=/dev/sda', 'mount.lustre uses "device" internally'],
    ['flock,mgsnode=127.0.0.1@tcp', 'mount.lustre uses "mgsnode" internally'],
    ['svname=x', 'internally'],
    ['osd=zfs', 'internally'],
    ['param=x.y=z', 'internally'],
    ['force', 'internally'],
    ['bind', 'something else'],
    ['remount', 'something else'],
    ['X-mount.mkdir', 'something else'],
    ['x-mount.mkdir', 'something else'],
    ['', 'is empty'],
    ['flock,', 'not a mount option'],
    ['flock,,noatime', 'not a mount option'],
    [' flock', 'not a mount option'],
    ['context="a,b', 'not closed'],
    ['context="a"b', 'not a mount option'],
    ['-o', 'not a mount option'],
    ['fl\nock', 'control character'],
    ['flock=yes', 'takes no value'],
    ['noatime=', 'takes no value'],
    ['retry', 'needs a number of attempts'],
    ['retry=often', 'needs a number of attempts'],
    ['network=', 'needs an LNet network'],
    ['network=tcp(eth0)', 'needs an LNet network'],
    ['skpath=keys', 'needs an absolute path'],
    ['context=', 'needs an SELinux context'],
  ])('refuses %j: %s', (flag, why) => {
    expect(() => checkMountFlags(['noatime', flag])).toThrow(
      expect.objectContaining({
        kind: 'invalid-argument',
        message: expect.stringContaining(why) as string,
      }) as Error,
    );
    expect(() => checkMountFlags([flag])).toThrow(JSON.stringify(flag));
  });

  it.each([
    '32bitapi',
    'statfs_project',
    'unique_fsid',
    'test_dummy_encryption=v2',
    'foreign_symlink',
    'foreign_symlink=/mnt/',
    'nosymfollow',
    'rootcontext="system_u:object_r:nfs_t:s0"',
    'defaults,_netdev,comment=x,x-systemd.automount',
  ])('accepts %j', (flag) => {
    expect(() => checkMountFlags([flag])).not.toThrow();
  });

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])('refuses %j as unknown', (flag) => {
    expect(() => checkMountFlags([flag])).toThrow(`"${flag}" is not an option of Lustre clients`);
  });

  it.each([
    ['some_later_option', 'known: flock, noflock'],
    ['some_later_option', '--mount-options-allow'],
    ['nfsvers=4.1', 'is not an option of Lustre clients'],
    ['32', 'is not an option of Lustre clients'],
    ['/etc/passwd', 'not a mount option'],
    ['noatime\\', 'backslash'],
    ['skpath=/a\\,b', 'backslash'],
    ['shared', 'something else'],
    ['rslave', 'something else'],
    ['offset=512', 'something else'],
    ['sizelimit=1', 'something else'],
    ['encryption=aes', 'something else'],
  ])('refuses %j: %s', (flag, words) => {
    expect(() => checkMountFlags(['flock', flag])).toThrow(words);
  });

  it('accepts further options that the operator allows', () => {
    const allowed = parseMountOptionsAllow(' some_later_option, other ');
    expect(() => checkMountFlags(['some_later_option=1,other', 'flock'], allowed)).not.toThrow();
    expect(() => checkMountFlags(['third'], allowed)).toThrow('some_later_option');
  });

  it.each([
    ['bind', 'something else'],
    ['flock,remount', 'something else'],
    ['device', 'internally'],
    ['a=b', 'write names'],
    ['a b', 'write names'],
  ])('cannot be made to allow %j', (text, words) => {
    expect(() => parseMountOptionsAllow(text)).toThrow(words);
  });

  it.each([
    ['commas', (n: number) => ','.repeat(n)],
    ['quotes', (n: number) => 'context="' + ',"'.repeat(n)],
    ['options', (n: number) => 'flock,'.repeat(n)],
  ])('takes a time that grows like the number of %s', (_, textOf) => {
    expect(growthOf((text) => mountOptions([text], false), textOf)).toBeLessThan(3);
  });

  it('refuses more than the kernel takes', () => {
    expect(() => checkMountFlags(Array<string>(600).fill('noatime'))).toThrow('longer than 4095 bytes');
  });
});

describe('requestsReadOnly', () => {
  it.each([
    [['flock'], false],
    [['ro'], true],
    [['noatime,ro'], true],
    [['ro', 'rw'], false],
    [['rw', 'ro'], true],
    [['context="ro"'], false],
  ])('%j: %s', (flags, expected) => {
    expect(requestsReadOnly(flags)).toBe(expected);
  });
});
