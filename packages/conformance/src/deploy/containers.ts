import type { KubernetesObject } from './chart.js';

/** Container of a pod, as far as the suite reads it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly restartPolicy?: string;
  readonly readinessProbe?: { readonly exec?: { readonly command: readonly string[] } };
  readonly lifecycle?: { readonly preStop?: { readonly exec?: { readonly command: readonly string[] } } };
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

/** Specification of a pod, as far as the suite reads it. */
export interface PodSpec {
  readonly serviceAccountName: string;
  readonly hostNetwork?: boolean;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Specification of the pods of a workload. */
export const podOf = (workload: KubernetesObject): PodSpec =>
  (workload['spec'] as { readonly template: { readonly spec: PodSpec } }).template.spec;

/** Workloads among objects: Deployments and DaemonSets. */
export const workloadsOf = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  objects.filter(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet');

/** All containers of all workloads. */
export const containersOf = (objects: readonly KubernetesObject[]): readonly Container[] =>
  workloadsOf(objects).flatMap((workload) => {
    const { initContainers = [], containers } = podOf(workload);
    return [...initContainers, ...containers];
  });

/** Environment of a container; a value from elsewhere is a placeholder. */
export const environmentOf = ({ env = [] }: Container): Readonly<Record<string, string>> =>
  Object.fromEntries(env.map(({ name, value }) => [name, value ?? `from-${name.toLowerCase()}`]));
