// Privileges, mounts and places of the pods.
import { describe, expect, inject, it } from 'vitest';
import { Helm, type KubernetesObject, type RenderOptions } from './chart.js';
import { podOf, type Container, type PodSpec } from './containers.js';
import { valueSet } from './value-sets.js';

const helm = new Helm(inject('helm'));
const fsx = { driver: 'fsx.csi.aws.com' };
const azure = { driver: 'azurelustre.csi.azure.com' };
const generic = { driver: 'generic.lustre-csi' };
const openshift = { openshift: { enabled: true } };

async function pods(
  options: RenderOptions,
): Promise<{ controller: PodSpec; node: PodSpec; all: readonly KubernetesObject[] }> {
  const all = await helm.render(options);
  const podOfKind = (wanted: string): PodSpec => {
    const found = all.find(({ kind }) => kind === wanted);
    if (!found) throw new Error(`there is no ${wanted}`);
    return podOf(found);
  };
  return { controller: podOfKind('Deployment'), node: podOfKind('DaemonSet'), all };
}

const containersIn = ({ initContainers = [], containers }: PodSpec): readonly Container[] => [
  ...initContainers,
  ...containers,
];
const hostPathsOf = ({ volumes }: PodSpec): readonly string[] =>
  volumes.flatMap(({ hostPath }) => hostPath?.path ?? []);

/** Container that the strictest security standard of Kubernetes admits, with a read-only root file system besides. */
const restricted = expect.objectContaining({
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}) as unknown;

/** Names of accounts that may use the constraint `privileged` of OpenShift. */
const privilegedAccounts = (all: readonly KubernetesObject[]): readonly string[] =>
  all
    .filter(
      ({ kind, roleRef }) => kind === 'RoleBinding' && JSON.stringify(roleRef).includes('scc:privileged'),
    )
    .flatMap(({ subjects }) => (subjects as readonly { readonly name: string }[]).map(({ name }) => name));

describe.skipIf(!inject('helm'))('the controller', () => {
  it('is not root, and restricted', async () => {
    const { controller } = await pods({ values: fsx });
    expect(controller.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(containersIn(controller).map((one) => one.securityContext)).toEqual(
      containersIn(controller).map(() => restricted),
    );
    expect(hostPathsOf(controller)).toEqual([]);
  });

  it('reads azure.json of its node as root without privileges', async () => {
    const { controller } = await pods({ values: azure });
    expect(controller.securityContext).toEqual({ runAsNonRoot: false, runAsUser: 0 });
    expect(containersIn(controller).map((one) => one.securityContext)).toEqual(
      containersIn(controller).map(() => restricted),
    );
    expect(hostPathsOf(controller)).toEqual(['/etc/kubernetes']);
  });

  it('is not root with azure.json in a Secret', async () => {
    const { controller } = await pods({
      values: { ...azure, azure: { cloudConfig: { secretName: 'cloud' } } },
    });
    expect(controller.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(hostPathsOf(controller)).toEqual([]);
  });

  it('of a generic driver mounts, unless all volumes are static', async () => {
    const driverOf = ({ containers }: PodSpec): unknown => containers[0]?.securityContext?.['privileged'];
    expect(driverOf((await pods({ values: generic })).controller)).toBe(true);
    const values = { ...generic, controller: { directories: { enabled: false } } };
    expect(driverOf((await pods({ values })).controller)).toBeUndefined();
  });
});

describe.skipIf(!inject('helm'))('on OpenShift', () => {
  it('the controller has no ids of its own and fits restricted-v2', async () => {
    const { controller, all } = await pods({ files: [valueSet('openshift-azure')] });
    const contexts = [controller, ...containersIn(controller)].map(
      ({ securityContext = {} }) => securityContext,
    );
    const ids = contexts
      .flatMap((context) => Object.keys(context))
      .filter((key) => /^(runAs(User|Group)|fsGroup)$/.test(key));
    expect(ids).toEqual([]);
    expect(contexts.slice(1)).toEqual(containersIn(controller).map(() => restricted));
    expect(hostPathsOf(controller)).toEqual([]);
    expect(privilegedAccounts(all)).toEqual(['lustre-csi-node']);
  });

  it('a controller that mounts is privileged as well', async () => {
    const { all } = await pods({ values: { ...generic, ...openshift } });
    expect([...privilegedAccounts(all)].sort()).toEqual(['lustre-csi-controller', 'lustre-csi-node']);
  });

  it('sidecars reach the socket of the node plugin past SELinux', async () => {
    const { node } = await pods({ values: { ...fsx, ...openshift } });
    const privileged = containersIn(node).map(({ name, securityContext }) => [
      name,
      securityContext?.['privileged'],
    ]);
    expect(Object.fromEntries(privileged)).toEqual({
      'node-driver-registrar': true,
      'lustre-csi': true,
      'liveness-probe': true,
    });
  });

  it('the CSIDriver object states the profile for inline volumes', async () => {
    const { all } = await pods({ values: { ...fsx, ...openshift } });
    const csiDriver = all.find(({ kind }) => kind === 'CSIDriver');
    expect(csiDriver?.metadata.labels).toMatchObject({
      'security.openshift.io/csi-ephemeral-volume-profile': 'privileged',
    });
  });

  it('the node plugin runs where the module is ready', async () => {
    const { node, all } = await pods({ files: [valueSet('openshift-generic-kmm')], namespace: 'storage' });
    expect(node.nodeSelector).toMatchObject({ 'kmm.node.kubernetes.io/storage.lustre.ready': '' });
    expect(all.find(({ kind }) => kind === 'Module')?.metadata).toMatchObject({
      name: 'lustre',
      namespace: 'storage',
    });
    const labels = all.find(({ kind }) => kind === 'Namespace')?.metadata.labels;
    expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'privileged' });
  });
});

describe.skipIf(!inject('helm'))('the node plugin', () => {
  it('sees mounts under the paths of its node, in both directions', async () => {
    const values = {
      ...fsx,
      node: { kubeletPath: '/data/kubelet', mountsDir: '/data/clients', stateDir: '/data/state' },
    };
    const { node } = await pods({ values });
    const driver = node.containers[0] as unknown as { readonly volumeMounts: readonly Mount[] };
    const hostPaths = new Map(node.volumes.map(({ name, hostPath }) => [name, hostPath?.path]));
    const shared = driver.volumeMounts.filter(({ mountPropagation }) => mountPropagation === 'Bidirectional');
    expect(shared.map(({ mountPath }) => mountPath)).toEqual([
      '/data/kubelet',
      '/data/state',
      '/data/clients',
    ]);
    expect(shared.map(({ name }) => hostPaths.get(name))).toEqual(shared.map(({ mountPath }) => mountPath));
    expect(node.containers[0]?.args).toContain('--target-dirs=/data/kubelet');
  });

  it.each([
    ['1.29.0', ['node-driver-registrar'], ['lustre-csi', 'liveness-probe']],
    ['1.28.0', [], ['lustre-csi', 'node-driver-registrar', 'liveness-probe']],
  ])(
    'in Kubernetes %s stays registered while it stops, if it can',
    async (kubernetes, sidecars, containers) => {
      const { node } = await pods({ values: fsx, kubernetes });
      expect((node.initContainers ?? []).map(({ name }) => name)).toEqual(sidecars);
      expect((node.initContainers ?? []).map(({ restartPolicy }) => restartPolicy)).toEqual(
        sidecars.map(() => 'Always'),
      );
      expect(node.containers.map(({ name }) => name)).toEqual(containers);
    },
  );

  it.each([
    [{}, '127.0.0.1:9810', { host: '127.0.0.1' }],
    [{ hostNetwork: false }, ':9810', {}],
  ])('with %j registers itself and serves its health at that address', async (network, address, host) => {
    const values = { ...fsx, node: { registration: 'builtin', kubeletPath: '/data/kubelet/', ...network } };
    const { node } = await pods({ values });
    expect(containersIn(node).map(({ name }) => name)).toEqual(['lustre-csi']);
    const [driver] = node.containers;
    expect(driver?.args).toContain(
      '--kubelet-registration-path=/data/kubelet/plugins/fsx.csi.aws.com/csi.sock',
    );
    expect(driver?.args).toContain(`--health-address=${address}`);
    expect(driver).toMatchObject({
      livenessProbe: { httpGet: { path: '/healthz', port: 9810, ...host } },
      readinessProbe: { httpGet: { path: '/readyz', port: 9810, ...host } },
    });
    const registry = node.volumes.find(({ name }) => name === 'registration-dir');
    expect(registry?.hostPath?.path).toBe('/data/kubelet/plugins_registry');
    expect((driver as unknown as { readonly volumeMounts: readonly Mount[] }).volumeMounts).toContainEqual({
      name: 'registration-dir',
      mountPath: '/registration',
    });
  });

  it.each([
    [fsx, { key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate', 'hybrid'] }],
    [azure, { key: 'type', operator: 'NotIn', values: ['virtual-kubelet'] }],
  ])('of %j runs on nodes with a kernel of their own', async (values, expression) => {
    const { node } = await pods({ values });
    expect(node['affinity']).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [expression] }],
        },
      },
    });
  });

  it('serves health on the loopback address of its node, and to its network only without hostNetwork', async () => {
    const endpoints = async (hostNetwork: boolean): Promise<readonly string[]> => {
      const { node } = await pods({ values: { ...fsx, node: { hostNetwork } } });
      return containersIn(node).flatMap(({ args = [] }) =>
        args.filter((arg) => arg.startsWith('--http-endpoint=')),
      );
    };
    expect(await endpoints(true)).toEqual([
      '--http-endpoint=127.0.0.1:9811',
      '--http-endpoint=127.0.0.1:9810',
    ]);
    expect(await endpoints(false)).toEqual(['--http-endpoint=:9811', '--http-endpoint=:9810']);
  });
});

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly mountPropagation?: string;
}
