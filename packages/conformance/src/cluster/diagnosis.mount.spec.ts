// The commands of diagnosis as `kubectl exec` starts them: the real executable in a pod, an API server over TLS, an emulated cloud.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosedPods, FSX, outcomesIn } from './diagnosed-pods.js';

let pods: DiagnosedPods;

beforeAll(async () => {
  pods = await DiagnosedPods.start();
});
afterAll(() => pods.stop());

describe('lustre-csi doctor', () => {
  it('passes on a node that is well', async () => {
    const path = '/apis/storage.k8s.io/v1/csinodes/node-1';
    pods.api.objects.set('/api/v1/nodes/node-1', { spec: { taints: [] } });
    pods.api.objects.set(path, { spec: { drivers: [{ name: FSX }] } });
    const args = [
      'doctor',
      '--mode=node',
      '--node-id=node-1',
      '--output=json',
      '--only=LCSI-N002,LCSI-N016,LCSI-N017',
    ];
    const [healthy, report] = await pods.run(args);
    expect([healthy, ...outcomesIn(report).values()]).toEqual([0, 'passed', 'passed', 'passed']);
  });
});

describe('lustre-csi preflight', () => {
  it('shows what a claim would create, from the cloud', async () => {
    const parameters = {
      subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '125',
      fileSystemTypeVersion: '2.15',
    };
    const [status, text] = await pods.run(['preflight', pods.classFile(parameters)]);
    expect(text).toMatch(
      /StorageClass fast\n {2}creates a file system in us-west-2: .*PERSISTENT_2.*\n {2}sizes {3}1200 GiB, 2400 GiB, 4800 GiB/,
    );
    expect(status).toBe(0);
  });
});
