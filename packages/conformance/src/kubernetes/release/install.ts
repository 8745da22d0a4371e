import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chartDirectory, objectsIn } from '../../deploy/chart.js';
import { until, type KubernetesApi } from '../api/kubernetes-api.js';
import type { ApiObject } from '../api/resources.js';
import type { ClusterPlan } from '../cluster/plan.js';
import type { SuiteVersions } from '../versions.js';
import { RELEASE_NAMESPACE, type Release } from './releases.js';

const run = promisify(execFile);

const START_SECONDS = 240;

interface Workload extends ApiObject {
  readonly metadata: ApiObject['metadata'] & { readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: Readonly<Record<string, number | undefined>>;
}

/** Installs a release of the chart, or upgrades it, and waits until its pods are ready.
 *  @param prefix of the names of its workloads, where it is not that of the chart
 *  @throws Error with the words of helm, or with the states of the pods */
export async function installRelease(
  api: KubernetesApi,
  plan: ClusterPlan,
  release: Release,
  prefix?: string,
): Promise<void> {
  await api.apply(...release.objects);
  await helm(plan, ['upgrade', '--install', release.name, chartDirectory, '--values', '-'], release.values);
  await workloadsReady(api, release, prefix);
}

/** Waits until the controller and the node plugin of a release are as the chart wants them. */
export async function workloadsReady(
  api: KubernetesApi,
  { name }: Pick<Release, 'name'>,
  prefix = `${name}-lustre-csi`,
): Promise<void> {
  const [controller, node] = [`${prefix}-controller`, `${prefix}-node`];
  try {
    await until(`${controller} and ${node} are ready`, START_SECONDS, async () =>
      (
        await Promise.all([
          api.find<Workload>('Deployment', controller, RELEASE_NAMESPACE).then(isDeployed),
          api.find<Workload>('DaemonSet', node, RELEASE_NAMESPACE).then(isOnNode),
        ])
      ).every(Boolean),
    );
  } catch (error) {
    throw new Error(await podStates(api), { cause: error });
  }
}

export async function uninstallRelease(plan: ClusterPlan, { name }: Pick<Release, 'name'>): Promise<void> {
  await helm(plan, ['uninstall', name, '--wait']);
}

const isCurrent = ({ metadata, status }: Workload): boolean =>
  status?.['observedGeneration'] === metadata.generation;

const isDeployed = (found?: Workload): boolean =>
  found !== undefined &&
  isCurrent(found) &&
  found.status?.['readyReplicas'] === found.spec.replicas &&
  found.status?.['updatedReplicas'] === found.spec.replicas;

const isOnNode = (found?: Workload): boolean =>
  found !== undefined &&
  isCurrent(found) &&
  found.status?.['numberReady'] === 1 &&
  found.status['updatedNumberScheduled'] === 1;

interface PodObject extends ApiObject {
  readonly status: { readonly phase: string; readonly containerStatuses?: readonly unknown[] };
}

async function podStates(api: KubernetesApi): Promise<string> {
  const pods = await api.list<PodObject>('Pod', RELEASE_NAMESPACE);
  return pods
    .map(
      ({ metadata, status }) =>
        `${metadata.name} ${status.phase} ${JSON.stringify(status.containerStatuses)}`,
    )
    .join('\n');
}

async function helm(plan: ClusterPlan, args: readonly string[], values?: unknown): Promise<void> {
  const child = run(plan.helm, [...args, '--namespace', RELEASE_NAMESPACE], { maxBuffer: 16 * 1024 * 1024 });
  child.child.stdin?.end(values === undefined ? '' : JSON.stringify(values));
  try {
    await child;
  } catch (error) {
    throw new Error(`helm ${args[0] ?? ''}: ${(error as { stderr?: string }).stderr ?? ''}`, {
      cause: error,
    });
  }
}

const objectsOf = (directory: string, wanted: RegExp): readonly ApiObject[] =>
  readdirSync(directory)
    .filter((name) => wanted.test(name))
    .flatMap((name) => objectsIn(readFileSync(join(directory, name), 'utf8')));

/** Installs the snapshot CRDs and the snapshot controller by the manifests of their own release. */
export async function installSnapshots(
  api: KubernetesApi,
  plan: ClusterPlan,
  { sidecars }: SuiteVersions,
): Promise<void> {
  const definitions = objectsOf(plan.snapshotDefinitions, /^snapshot\.storage.*\.yaml$/);
  await kubectlApply(plan, definitions);
  const tag = `snapshot-controller:${sidecars.snapshotter.version}`;
  const controller = objectsOf(plan.snapshotController, /^(rbac|setup)-snapshot-controller\.yaml$/);
  const text = JSON.stringify(controller).replaceAll(/snapshot-controller:v[\w.-]+/g, tag);
  await kubectlApply(plan, JSON.parse(text) as readonly ApiObject[]);
  await until(
    'the snapshot classes are served',
    START_SECONDS,
    async () => (await api.list('VolumeSnapshotClass')) !== undefined,
  );
}

/** Applies objects of kinds that the suite need not know.
 *  @param flags of kubectl apply
 *  @throws Error with the words of kubectl */
export async function kubectlApply(
  plan: ClusterPlan,
  objects: readonly ApiObject[],
  ...flags: readonly string[]
): Promise<void> {
  const args = ['apply', '--server-side', '--force-conflicts', ...flags, '--filename', '-'];
  const child = run(plan.programs['kubectl'] ?? '', args, { maxBuffer: 16 * 1024 * 1024 });
  child.child.stdin?.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  await child;
}
