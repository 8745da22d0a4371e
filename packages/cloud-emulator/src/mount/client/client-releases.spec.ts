import { afterAll, describe, expect, it } from 'vitest';
import type { ClientVersion } from '../client-version.js';
import {
  missing,
  plainWay,
  removeNodes,
  shownClients,
  SimulatedNode,
  simulation,
} from '../testing/simulated-node.js';

afterAll(removeNodes);

const fsxName = 'fs-0a1.fsx.us-west-2.amazonaws.com';
const [old, recent] = [
  'rw,checksum,flock,nouser_xattr,lruresize,lazystatfs,nouser_fid2path,verbose,encrypt',
  'rw,checksum,encrypt,flock,lazystatfs,lruresize,nolock,statfs_project,nouser_fid2path,nouser_xattr,verbose',
];

describe.skipIf(!simulation.available)(`a simulated client${missing}`, { concurrent: true }, () => {
  it.each<[version: ClientVersion, bySubDirectory: string, options: string]>([
    ['2.15', '10.0.0.7@tcp:/foebrb4v/team/x', old],
    ['2.17', `${fsxName}@tcp:/foebrb4v`, recent],
  ])('of %s shows its source, its options and the roots of bind mounts', async (version, named, options) => {
    const node = new SimulatedNode(plainWay, { version });
    const { stdout, stderr } = await node.run(`
      mount -t lustre 10.0.0.7@tcp:/foebrb4v $T/a && mkdir -p $T/a/team/x/below
      mount -t lustre ${fsxName}@tcp:/foebrb4v/team/x $T/b
      mkdir $T/d && mount -i --bind $T/b/below $T/c && mount -i --bind $T/a/team $T/d
      ${shownClients}`);
    expect({ stderr, lines: stdout.trim().split('\n') }).toEqual({
      stderr: '',
      lines: [
        `/ lustre 10.0.0.7@tcp:/foebrb4v ${options}`,
        `/ lustre ${named} ${options}`,
        `/below lustre ${named} ${options}`,
        `/team lustre 10.0.0.7@tcp:/foebrb4v ${options}`,
      ],
    });
  });

  it('starts no new client while another one waits for a dead MGS, and starts it afterwards', async () => {
    // 165 s become 1.65 s.
    const node = new SimulatedNode(plainWay, { version: '2.17', waitScale: 0.01 });
    node.faults.add({ kind: 'mgs-unreachable', fileSystem: 'fs-0a1' });
    const { stdout, stderr } = await node.run(`
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/c
      (mount -t lustre 10.0.0.7@tcp:/foebrb4v $T/a; echo dead $?) &
      until [ "$(ls $NAMESPACE/clients/mgc_start_lock)" ]; do sleep 0.01; done
      ls $T/c && echo in use
      begin=$(date +%s%N)
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/b; echo healthy $?
      echo waited $((($(date +%s%N) - begin) / 1000000)); wait`);
    const lines = stdout.trim().split('\n').sort();
    expect(lines).toEqual(['dead 110', 'healthy 0', 'in use', expect.stringMatching(/^waited \d+$/)]);
    expect(Number(lines[3]?.split(' ')[1])).toBeGreaterThan(1000);
    expect(stderr).toContain('/a failed: Connection timed out');
    const free = await node.run(`timeout 30 mount -t lustre 10.1.0.4@tcp:/lustrefs $T/b; echo $?`);
    expect(free.stdout).toBe('0\n');
  });

  it('waits after each failure, also the last, where the mount may be repeated', async () => {
    const node = new SimulatedNode(plainWay, { waitScale: 0.01 });
    const begin = performance.now();
    const { status } = await node.run('mount -t lustre -o retry=1 10.1.0.4@tcp:/other $T/a');
    expect(status).toBe(2);
    expect(performance.now() - begin).toBeGreaterThan(640);
  });

  it('knows its targets, and which of them is lost', async () => {
    const node = new SimulatedNode(plainWay, { version: '2.17' });
    const { stdout } = await node.run(`
      mount -t lustre 10.1.0.4@tcp:/lustrefs $T/a && cd $T
      lfs getname a; lfs df a | tail -1
      lctl set_param osc.*.max_dirty_mb=64 && lctl get_param -n osc.*.max_dirty_mb
      lctl set_param llite.*.max_cached_mb=x; echo $?
      lctl set_param osc.*.max_dirty_mb=999999; echo $?
      lctl get_param mdc.nosuch-*.import; echo $?
      lctl ping 10.1.0.4@tcp; lctl list_nids
      mkdir $REGISTRY/faults; echo '{"kind":"ost-dead","fileSystem":"amlfs-1","ost":1}' > $REGISTRY/faults/x.json
      lctl get_param -n osc.*.import | grep state: 
      lfs quota -q -p 5 a; echo $?
      timeout 0.5 lfs df a; echo $?`);
    const lines = stdout.trimEnd().split('\n');
    const instance = /^lustrefs-(ff1100[0-9a-f]{10})$/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^filesystem_summary: +51539607552 +\d+ +\d+ +\d% .*\/a$/),
      `osc.lustrefs-OST0000-osc-${instance}.max_dirty_mb=64`,
      `osc.lustrefs-OST0001-osc-${instance}.max_dirty_mb=64`,
      ...['64', '64', '22', '34', '34', '2'].filter((_, index) => index !== 3),
      ...['12345-0@lo', '10.1.0.4@tcp', '192.0.2.10@tcp'],
      ...['    state: FULL', '    state: DISCONN'],
      '              a     [0]       0       0       -       0       0       0       - ',
      expect.stringContaining('Some devices may be not working or deactivated'),
      ...['5', '124'],
    ]);
  });
});
