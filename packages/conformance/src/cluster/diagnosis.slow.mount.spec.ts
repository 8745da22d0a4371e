// The commands of diagnosis as `kubectl exec` starts them: the real executable in a pod, an API server over TLS, an emulated cloud.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executable } from '../testing/lustre-csi.js';
import { DiagnosedPods, TOKEN, outcomesIn } from './diagnosed-pods.js';

let pods: DiagnosedPods;

beforeAll(async () => {
  pods = await DiagnosedPods.start();
});
afterAll(() => pods.stop());

describe('lustre-csi doctor', () => {
  it('finds what is missing on a node', async () => {
    pods.api.objects.set('/api/v1/nodes/node-1', { spec: { taints: [] } });
    const only = '--only=LCSI-N002,LCSI-N016,LCSI-N017';
    const [status, report] = await pods.run(
      ['doctor', '--mode=node', '--node-id=node-1', '--output=json', only],
      ['tmpfs'],
    );
    expect([status, ...outcomesIn(report).values()]).toEqual([3, 'failed', 'failed', 'passed']);
  });

  it('questions the cloud with the identity of the controller', async () => {
    const [status, report] = await pods.run([
      'doctor',
      '--mode=controller',
      '--output=json',
      '--only=LCSI-C',
    ]);
    const outcomes = outcomesIn(report);
    for (const id of ['LCSI-C002', 'LCSI-C003', 'LCSI-C004', 'LCSI-C005', 'LCSI-C006'])
      expect([id, outcomes.get(id)]).toEqual([id, 'passed']);
    expect(status).toBe(1); // This API server lists no StorageClasses.
  });

  it('refuses wrong operands in a line', async () => {
    expect(await pods.run(['doctor', 'claim', 'no-namespace'])).toEqual([
      2,
      'lustre-csi: doctor claim no-namespace: write doctor, doctor claim NAMESPACE/NAME or doctor pod NAMESPACE/NAME\n',
    ]);
  });
});

it('finds, before the first claim, a subnet that does not exist', async () => {
  const [status, text] = await pods.run([
    'preflight',
    pods.classFile({
      subnetId: 'subnet-0123456789abcdef0',
      deploymentType: 'SCRATCH_2',
      fileSystemTypeVersion: '2.15',
    }),
  ]);
  expect(text).toContain('EC2 does not know subnet-0123456789abcdef0');
  expect(status).toBe(3);
});

it('writes a support bundle to standard output, without the token of its pod', async () => {
  const file = join(pods.directory, 'bundle.tar.gz');
  const shell = `exec "$0" "$@" > ${file}`;
  const script =
    `require('node:child_process').execFileSync('sh', ['-c', ${JSON.stringify(shell)}, process.execPath, ` +
    '...process.argv.slice(1)])';
  const args = [executable, 'support-bundle', '--mode=node', '--node-id=node-1'];
  expect(await pods.runScript(['-e', script, ...args])).toEqual([0, '']);
  const content = gunzipSync(readFileSync(file)).toString('latin1');
  for (const name of ['about.json', 'doctor.json', 'node/mountinfo.txt', 'node/client.json'])
    expect(content).toContain(name);
  expect(content).not.toContain(TOKEN);
  expect(content).not.toContain(pods.cloud.environment['AWS_SECRET_ACCESS_KEY'] ?? 'AWS_SECRET');
});
