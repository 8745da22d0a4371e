import { describe, expect, it } from 'vitest';
import { requestsReadOnly, checkMountFlags, mountOptions } from './mount-options.js';

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
