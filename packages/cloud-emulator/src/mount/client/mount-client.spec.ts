import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { tryWay } from '../check-mount-simulation.js';
import type { NamespaceWay } from '../mount-namespace.js';
import {
  amlfs,
  fsx,
  helpers,
  missing,
  plainWay,
  removeNodes,
  SimulatedNode,
  simulation,
} from '../testing/simulated-node.js';

afterAll(removeNodes);

const isRoot = process.getuid?.() === 0;
const ways: readonly NamespaceWay[] = [
  { privileges: 'root', layer: 'overlay' },
  { privileges: 'user', layer: 'overlay' },
  { privileges: 'user', layer: 'links' },
];

describe.each(ways)(`mount -t lustre, as $privileges with $layer${missing}`, (way) => {
  const impossible = !simulation.available || (way.privileges === 'root' && !isRoot) || tryWay(way, helpers);
  it.skipIf(impossible)('mounts, shares and shows one file system as a Lustre client does', async () => {
    const node = new SimulatedNode(way);
    const { targets } = node;
    const { status, stdout, stderr } = await node.run(`
      set -e
      mount -t lustre -o noatime,flock 10.1.0.4@tcp:/lustrefs $T/a
      mount -t lustre fs-0a1.fsx.us-west-2.amazonaws.com@tcp:/foebrb4v $T/b
      mkdir -p $T/a/volumes/pvc-1 && echo shared > $T/a/volumes/pvc-1/file
      mount -t lustre -o ro 10.1.0.4@tcp0:/lustrefs/volumes/pvc-1 $T/c
      cat $T/c/file; ! touch $T/c/refused; ls $T/b
      df -B1 --output=size $T/a $T/b $T/c | tail -n +2
      grep " $T/" /proc/self/mountinfo
      umount $T/a && umount $T/b && umount $T/c
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/b && cat $T/b/volumes/pvc-1/file
    `);
    expect(status).toBe(0);
    expect(stderr).toContain('Read-only file system');
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 4).map((line) => line.trim())).toEqual([
      'shared',
      ...[amlfs, fsx, amlfs].map(({ capacityBytes }) => capacityBytes.toString()),
    ]);
    const mountInfo = lines.slice(4, 7).map((line) => line.split(' '));
    expect(mountInfo.map((fields) => [fields[3], fields[4], fields[5], fields.at(-2)])).toEqual([
      ['/', join(targets, 'a'), 'rw,noatime', '10.1.0.4@tcp:/lustrefs'],
      ['/', join(targets, 'b'), 'rw,relatime', '10.0.0.7@tcp:/foebrb4v'],
      ['/volumes/pvc-1', join(targets, 'c'), 'ro,relatime', '10.1.0.4@tcp:/lustrefs'],
    ]);
    expect(mountInfo[0]?.[2]).toBe(mountInfo[2]?.[2]);
    expect(mountInfo[0]?.[2]).not.toBe(mountInfo[1]?.[2]);
    expect(lines[7]).toBe('shared');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(targets);
  });
});

describe.skipIf(!simulation.available)(`the simulated servers${missing}`, () => {
  let world: SimulatedNode;
  beforeEach(() => {
    world = new SimulatedNode(plainWay);
  });

  it('keep file systems of the same name apart by their MGS', async () => {
    const { status, stdout } = await world.run(`
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a && mount -t lustre 10.1.0.15@tcp:/lustrefs $T/b &&
      touch $T/a/first $T/b/second && ls $T/a $T/b | grep -v :`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'first\n\nsecond\n' });
  });

  it('are created once for several first mounts', async () => {
    const { stdout, stderr } = await world.run(`
      for i in 1 2 3 4 5 6 7 8; do mkdir $T/m$i; mount -t lustre 10.1.0.4@tcp:/lustrefs $T/m$i & done; wait
      touch $T/m1/file; ls $T/m*/file | wc -l
      grep -c 'tmpfs 10.1.0.4@tcp:/lustrefs' /proc/self/mountinfo`);
    expect({ stderr, numbers: stdout.trim().split('\n') }).toEqual({ stderr: '', numbers: ['8', '9'] });
  });

  it('grow with the file system, at the next mount', async () => {
    const grown = JSON.stringify({ ...amlfs, capacityBytes: (96n << 40n).toString() });
    const { stdout } = await world.run(`
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a && echo kept > $T/a/file
      echo '${grown}' > $REGISTRY/amlfs-1.json
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/b && cat $T/b/file && df -B1T --output=size $T/a | tail -n 1`);
    expect(stdout.split('\n').map((line) => line.trim())).toEqual(['kept', '96', '']);
  });

  it('stop answering when the file system is deleted, and a new one of the same name is empty', async () => {
    const { stdout } = await world.run(`
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a && echo old > $T/a/file
      mv $REGISTRY/amlfs-1.json $REGISTRY/gone
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/b 2>/dev/null; echo status $?
      mount -t lustre 10.1.0.15@tcp:/lustrefs $T/c
      mv $REGISTRY/gone $REGISTRY/amlfs-1.json
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/b && ls $T/b | wc -l; cat $T/a/file`);
    expect(stdout).toBe('status 110\n0\nold\n');
  });

  it('stay where they are as long as a process uses them, without a failure of other mounts', async () => {
    const { stdout, stderr } = await world.run(`
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a && cd $NAMESPACE/servers/amlfs-1
      rm $REGISTRY/amlfs-1.json
      mount -t lustre 10.1.0.15@tcp:/lustrefs $T/b; echo $?`);
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
  });

  it('keep their mounts when the process that mounted them has ended, with any environment', async () => {
    const { stdout, status } = await world.run(`
      env -i NODE_OPTIONS=--bad /bin/mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a & wait $!
      sh -c 'echo data > $T/a/file; kill -KILL $$'; cat $T/a/file`);
    expect({ stdout, status }).toEqual({ stdout: 'data\n', status: 0 });
  });

  const failures: readonly (readonly [what: string, command: string, status: number, stderr: string])[] = [
    [
      'an MGS that does not answer',
      'mount -t lustre 10.9.9.9@tcp:/lustrefs $T/a',
      110,
      'mount.lustre: mount 10.9.9.9@tcp:/lustrefs at $T/a failed: Connection timed out\n',
    ],
    [
      'a file system that the MGS does not know',
      'mount -t lustre 10.1.0.4@tcp:/other $T/a',
      2,
      'mount.lustre: mount 10.1.0.4@tcp:/other at $T/a failed: No such file or directory\n' +
        'Is the MGS specification correct?\nIs the filesystem name correct?\n' +
        'If upgrading, is the copied client log valid? (see upgrade docs)\n',
    ],
    [
      'a sub-directory that does not exist',
      'mount -t lustre 10.1.0.4@tcp:/lustrefs/none $T/a',
      2,
      'mount.lustre: mount 10.1.0.4@tcp:/lustrefs/none at $T/a failed: No such file or directory\n' +
        'Is the MGS specification correct?\nIs the filesystem name correct?\n' +
        'If upgrading, is the copied client log valid? (see upgrade docs)\n',
    ],
    [
      'a name that does not resolve',
      'mount -t lustre none.example@tcp:/lustrefs $T/a',
      22,
      "mount.lustre: Can't parse NID 'none.example@tcp:/lustrefs'\n\n" +
        'This mount helper should only be invoked via the mount (8) command,\n' +
        'e.g. mount -t lustre dev dir\n\nusage: mount.lustre [-fhnvV] [-o options] <device> <mountpt>\n',
    ],
    [
      'an option that Lustre does not know',
      'mount -t lustre -o noatime,flok 10.1.0.4@tcp:/lustrefs/d $T/a',
      22,
      'mount.lustre: mount 10.1.0.4@tcp:/lustrefs/d at $T/a failed: Invalid argument\nThis may have multiple causes.\n' +
        "Is 'lustrefs/d' the correct filesystem name?\nAre the mount options correct?\nCheck the syslog for more info.\n",
    ],
    [
      'a file system name that is too long',
      'mount -t lustre 10.1.0.4@tcp:/ninechars $T/a',
      36,
      'mount.lustre: mount 10.1.0.4@tcp:/ninechars at $T/a failed: File name too long\n',
    ],
    [
      'a target that does not exist',
      'mount.lustre 10.1.0.4@tcp:/lustrefs $T/none',
      2,
      'warning: $T/none: cannot resolve: No such file or directory\n',
    ],
    [
      'a target that is a file',
      'touch $T/file; mount -t lustre 10.1.0.4@tcp:/lustrefs $T/file',
      20,
      'mount.lustre: mount 10.1.0.4@tcp:/lustrefs at $T/file failed: Not a directory\n',
    ],
    [
      'the same mount once more',
      'mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a; mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a; s=$?; umount $T/a; (exit $s)',
      17,
      'mount.lustre: according to /etc/mtab 10.1.0.4@tcp:/lustrefs is already mounted on $T/a\n',
    ],
    [
      'a link that leads out of the file system',
      'mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a; ln -s /etc $T/a/out; umount $T/a; ' +
        'mount -t lustre 10.1.0.4@tcp:/lustrefs/out $T/a',
      22,
      'mount.lustre: mount 10.1.0.4@tcp:/lustrefs/out at $T/a failed: Invalid argument\nThis may have multiple causes.\n' +
        "Is 'lustrefs/out' the correct filesystem name?\nAre the mount options correct?\nCheck the syslog for more info.\n",
    ],
    ['a dry run', 'mount -f -t lustre 10.1.0.4@tcp:/lustrefs $T/a', 0, ''],
  ];
  it.each(failures)(
    'answer %s as mount.lustre does, and mount nothing',
    async (_, command, status, stderr) => {
      const outcome = await world.run(`${command}; s=$?; grep -c " $T/" /proc/self/mountinfo; exit $s`);
      expect(outcome).toEqual({ status, stderr: stderr.replaceAll('$T', world.targets), stdout: '0\n' });
    },
  );
});
