// npm run demo:kubernetes: a claim, a pod and what kubectl shows of them, on a real cluster with the chart and emulated clouds.
import { spawnSync } from 'node:child_process';
import { claim, pod, stay, storageClass } from '../flows/objects.js';
import { fsx } from '../flows/subjects.js';
import { installRelease, kubectlApply } from '../release/install.js';
import { fsxRelease } from '../release/releases.js';
import { openCluster } from '../release/suite-cluster.js';

const cluster = openCluster();
const { api, node, plan } = cluster;

/** Runs kubectl on the cluster, and shows the command and its output. */
function kubectl(...args: readonly string[]): void {
  process.stdout.write(`\n$ kubectl ${args.join(' ')}\n`);
  const { status } = spawnSync(plan.programs['kubectl'] ?? 'kubectl', args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`kubectl ${args[0] ?? ''} ended with ${status ?? 'a signal'}`);
}

const say = (line: string): boolean => process.stdout.write(`\n${line}\n`);

try {
  say(
    'A Kubernetes of one node on this machine. Installing the chart for Amazon FSx for Lustre, with emulated clouds.',
  );
  const release = fsxRelease(node);
  // The cluster of the demo has no snapshot controller.
  await installRelease(api, plan, { ...release, values: { ...release.values, sidecars: {} } });
  kubectl('get', 'pods', '--namespace', 'kube-system');
  say('A StorageClass, a claim, and a pod that writes to it:');
  await kubectlApply(plan, [
    storageClass('fsx', fsx),
    claim('default', 'data', fsx, { storageClassName: 'fsx' }),
    pod('default', 'writer', {
      volume: 'data',
      script: `echo hello from a pod > /data/file; mount | grep /data; ${stay}`,
    }),
  ]);
  kubectl('wait', '--for=condition=Ready', 'pod/writer', '--timeout=120s');
  kubectl('get', 'pvc,pv');
  kubectl('exec', 'writer', '--', 'sh', '-c', 'cat /data/file; df -h /data');
  kubectl('get', 'events', '--field-selector', 'involvedObject.name=data');
  kubectl('delete', 'pod/writer', 'pvc/data');
  kubectl('wait', '--for=delete', 'pv', '--all', '--timeout=60s');
  say('Created, mounted, written and deleted. The cluster ends now.');
} finally {
  api.close();
}
