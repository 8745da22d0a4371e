import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientVersion } from './client-version.js';
import { defaultBehaviour } from './client-settings.js';
import { isCompiled, writeCompiledHelper } from './compiled-helper.js';
import {
  missing,
  plainWay,
  removeNodes,
  shownClients,
  SimulatedNode,
  simulation,
} from './testing/simulated-node.js';

afterAll(removeNodes);

const isTested = simulation.available && isCompiled;
const reason = isCompiled ? missing : ' (NOT RUN: it was not compiled)';
const fsxName = 'fs-0a1.fsx.us-west-2.amazonaws.com';

/** Status of a script in the place of the program in Node.js. */
const PASSED_ON = 77;

/** A node and, at $HELPER, the compiled helper, which passes on to a script that mounts nothing. */
function nodeWithHelper(version: ClientVersion = '2.15'): SimulatedNode {
  const node = new SimulatedNode(plainWay, { version });
  const directory = join(node.targets, '..');
  const paths = { registry: join(directory, 'registry'), namespace: join(directory, 'namespace') };
  const helper = join(directory, 'helper');
  writeFileSync(helper, `#!/bin/sh\necho "$@"; exit ${PASSED_ON}\n`, { mode: 0o755 });
  writeCompiledHelper(helper, { ...defaultBehaviour, ...paths, version });
  return node;
}

describe.skipIf(!isTested)(`the compiled mount.lustre${reason}`, () => {
  let node: SimulatedNode;
  beforeAll(() => void (node = nodeWithHelper()));

  it.each([
    ['an address', '10.1.0.4@tcp:/lustrefs $T/a'],
    ['a name', `${fsxName}@tcp:/foebrb4v $T/a`],
    ['the flags and options of drivers', '10.1.0.4@tcp:/lustrefs $T/a -n -s -o rw,noatime,flock,_netdev'],
  ])('mounts %s', async (_, args) => {
    const { stdout, stderr } = await node.run(`
      $T/../helper ${args}; echo $?; touch $T/a/file; ls $T/a`);
    expect({ stdout, stderr }).toEqual({ stdout: '0\nfile\n', stderr: '' });
  });

  it.each([
    ['a directory of the file system', 'mkdir $T/a/d; ', '10.1.0.4@tcp:/lustrefs/d $T/a'],
    ['several addresses', '', '10.1.0.4@tcp:10.1.0.5@tcp:/lustrefs $T/a'],
    ['an address without its network', '', '10.1.0.4:/lustrefs $T/a'],
    ['an unknown server', '', '10.9.9.9@tcp:/lustrefs $T/a'],
    ['another name of the file system', '', '10.1.0.4@tcp:/other $T/a'],
    ['a name of too many characters', '', '10.1.0.4@tcp:/ninechars $T/a'],
    ['an option that the mount table shows', '', '10.1.0.4@tcp:/lustrefs $T/a -o user_xattr'],
    ['a remount', '', '10.1.0.4@tcp:/lustrefs $T/a -o remount,ro'],
    ['a dry run', '', '10.1.0.4@tcp:/lustrefs $T/a -f'],
    ['a target that does not exist', '', '10.1.0.4@tcp:/lustrefs $T/none'],
    ['a target that is mounted', 'mount -t tmpfs x $T/a; ', '10.1.0.4@tcp:/lustrefs $T/a'],
    ['a target with a space', 'mkdir "$T/b b"; ', '10.1.0.4@tcp:/lustrefs "$T/b b"'],
    [
      'a fault of any server',
      'mkdir $REGISTRY/faults; echo > $REGISTRY/faults/x; ',
      '10.1.0.4@tcp:/lustrefs $T/a',
    ],
    [
      'the lock of a new client',
      'mkdir $NAMESPACE/clients/mgc_start_lock; echo > $NAMESPACE/clients/mgc_start_lock/1; ',
      '10.1.0.4@tcp:/lustrefs $T/a',
    ],
    [
      'two file systems of one address',
      'cp $REGISTRY/amlfs-1.json $REGISTRY/x.json; ',
      '10.1.0.4@tcp:/lustrefs $T/a',
    ],
    [
      'storage of a file system that is gone',
      '$T/../helper 10.1.0.15@tcp:/lustrefs $T/b; rm $REGISTRY/amlfs-2.json; ',
      '10.1.0.4@tcp:/lustrefs $T/a',
    ],
    [
      'a file system that has grown',
      `$T/../helper 10.1.0.4@tcp:/lustrefs $T/b; sed -i 's/Bytes":"5/Bytes":"9/' $REGISTRY/amlfs-1.json; `,
      '10.1.0.4@tcp:/lustrefs $T/a',
    ],
    [
      'another file system with the id of an earlier one',
      '$T/../helper 10.1.0.4@tcp:/lustrefs $T/b; sed -i s/10.1.0.4/10.1.0.9/ $REGISTRY/amlfs-1.json; ',
      '10.1.0.9@tcp:/lustrefs $T/a',
    ],
  ])('passes %s on with all arguments, and mounts nothing', async (_, prepare, args) => {
    const own = nodeWithHelper();
    const { stdout } = await own.run(`
      ${prepare}grep -c " $T/" /proc/self/mountinfo
      $T/../helper ${args}; echo $?; grep -c " $T/" /proc/self/mountinfo`);
    const [before, passed, status, after] = stdout.trim().split('\n');
    expect({ passed, status }).toEqual({
      passed: args.replaceAll('"', '').replaceAll('$T', own.targets),
      status: String(PASSED_ON),
    });
    expect(after).toBe(before);
  });

  it.each<[version: ClientVersion, source: string, options: string]>([
    ['2.15', '10.1.0.4@tcp:/lustrefs', 'rw'],
    ['2.15', `${fsxName}@tcp:/foebrb4v`, 'ro,noatime,nosuid,nodev,noexec,nodiratime,flock'],
    ['2.17', '10.1.0.4@tcp:/lustrefs', 'ro'],
    ['2.17', `${fsxName}@tcp:/foebrb4v`, 'relatime'],
  ])('of %s mounts %s with %s as the program in Node.js does', async (version, source, options) => {
    const own = new SimulatedNode(plainWay, { version });
    const { stdout, stderr } = await own.run(`
      mount -t lustre -o ${options},user_xattr,nouser_xattr ${source} $T/a
      mount -t lustre -o ${options} ${source} $T/b
      grep -E " $T/[ab] " /proc/self/mountinfo | sed 's/^[0-9 ]* //; s/shared:[0-9]*/shared/; s,/[ab] , ,'
      ${shownClients}; ls $NAMESPACE/servers`);
    const lines = stdout.trim().split('\n');
    expect({ stderr, storages: lines.length }).toEqual({ stderr: '', storages: 6 });
    expect(lines[1]).toBe(lines[0]);
    expect(lines[3]).toBe(lines[2]);
    expect(lines[2]).toContain('lustre');
  });

  it('shares the storage that several first mounts make, and takes the time of a client', async () => {
    const { stdout, stderr } = await node.run(`
      sed 's/}/,"mountSeconds":0.3}/; s/amlfs-1/amlfs-9/; s/10.1.0.4/10.1.0.99/' $REGISTRY/amlfs-1.json > $REGISTRY/amlfs-9.json
      begin=$(date +%s%N)
      for i in 1 2 3 4; do mkdir $T/m$i; $T/../helper 10.1.0.99@tcp:/lustrefs $T/m$i & done; wait
      echo $((($(date +%s%N) - begin) / 1000000))
      touch $T/m1/file; ls $T/m*/file | wc -l; ls $NAMESPACE/servers | wc -l`);
    const [milliseconds, ...counts] = stdout.trim().split('\n');
    expect(stderr).toBe('');
    expect(Number(milliseconds)).toBeGreaterThan(299);
    expect(counts).toEqual(['4', '2']);
  });
});
