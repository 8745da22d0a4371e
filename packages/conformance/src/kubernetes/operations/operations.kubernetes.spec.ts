// The commands of diagnosis as users run them: on a healthy cluster they find nothing, and each planted fault is named.
import { afterAll, describe, expect, it } from 'vitest';
import { clearFaults, describeWithLifecycle } from '../chaos/emulated-clouds.js';
import { withBench } from '../flows/flow-bench.js';
import { staticVolume, stay } from '../flows/objects.js';
import { fsx, subjects, type Subject } from '../flows/subjects.js';
import { openCluster } from '../release/suite-cluster.js';
import { kubectlLustre, type CommandResult } from './kubectl-lustre.js';
import { absentFileSystem, plantedFaults, type PlantedFault } from './planted-faults.js';

const LIMIT_MS = 180_000;
const DEFECTS = 3;

const cluster = openCluster();
const { api } = cluster;
afterAll(() => api.close());

const lustre = (subject: Subject, ...args: readonly string[]): Promise<CommandResult> =>
  kubectlLustre(cluster, subject, ...args);

/** Only flows create RuntimeClasses of peer pods, which the release for directories serves. */
const WITHOUT_PEER_PODS = ['--skip', 'LCSI-K013'];

describe.each(subjects)('$name', (subject) => {
  it('are healthy, as the controller and the node report', { timeout: LIMIT_MS }, async () => {
    const controller = await lustre(subject, 'doctor', '--wait', '1m', ...WITHOUT_PEER_PODS);
    expect(controller, controller.stdout + controller.stderr).toMatchObject({ status: 0 });
    expect(controller.stdout).toMatch(/LCSI-C001/);
    expect(controller.stdout).toMatch(/LCSI-K012/);
    const node = await lustre(subject, 'doctor', '--node', 'node1', '--wait', '1m');
    expect(node, node.stdout + node.stderr).toMatchObject({ status: 0 });
    expect(node.stdout).toMatch(/LCSI-N016/);
  });
});

async function examine({ plant, id, text }: PlantedFault): Promise<void> {
  await withBench(cluster, fsx, id, async (bench) => {
    const undo = await plant(bench);
    try {
      const { status, stdout } = await lustre(fsx, 'doctor', '--only', id, '--fail-on', 'warning');
      expect(stdout).toMatch(text);
      expect(status).toBe(DEFECTS);
    } finally {
      await undo();
    }
  });
  // The report follows the repair.
  expect(await lustre(fsx, 'doctor', '--only', id, '--fail-on', 'warning')).toMatchObject({ status: 0 });
}

it.each(plantedFaults)('doctor finds $title', { timeout: LIMIT_MS }, examine);

it('explains why a claim is Pending', { timeout: LIMIT_MS }, async () => {
  await withBench(cluster, fsx, 'pending', async (bench) => {
    const storageClassName = await bench.createClass({ parameters: { deploymentType: 'PERSISTENT_9' } });
    await bench.createClaim('data', { storageClassName });
    await bench.event('data', /ProvisioningFailed/);
    const { stdout } = await lustre(fsx, 'claim', `${bench.namespace}/data`);
    expect(stdout).toMatch(/PERSISTENT_9/);
  });
});

it('explains why a pod does not start', { timeout: LIMIT_MS }, async () => {
  await withBench(cluster, fsx, 'waiting', async (bench) => {
    const volumeName = await bench.createShared(
      staticVolume(bench.namespace, { driver: fsx.driver, ...absentFileSystem }),
    );
    await bench.createClaim('data', { storageClassName: '', volumeName, size: '1Gi' });
    await bench.createPod('pod', { volume: 'data', script: stay });
    await bench.event('pod', /FailedMount/);
    const { stdout } = await lustre(fsx, 'pod', `${bench.namespace}/pod`);
    expect(stdout).toMatch(/file system fs-0123456789abcdef0 does not exist in the cloud/);
  });
});

it('an event of the health monitor reports a file system in trouble', { timeout: LIMIT_MS }, async () => {
  await withBench(cluster, fsx, 'health', async (bench) => {
    const storageClassName = await bench.createClass();
    await bench.createClaim('data', { storageClassName });
    const { spec } = await bench.bound('data');
    await describeWithLifecycle(spec.csi?.volumeHandle ?? '', 'MISCONFIGURED');
    try {
      expect(await bench.event('data', /VolumeConditionAbnormal/)).toMatch(/MISCONFIGURED/i);
    } finally {
      await clearFaults();
    }
  });
});
