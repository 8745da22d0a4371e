// Renders of all value sets, compared with files. After a change of the chart: `npm run test:deploy -- -u`, and read the diff.
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { Helm, withoutVersions, type KubernetesObject } from './chart.js';
import { containersOf, environmentOf, podOf, workloadsOf } from './containers.js';
import { valueSet, valueSets } from './value-sets.js';

const golden = fileURLToPath(new URL('../../fixtures/deploy/golden/', import.meta.url));
const helm = new Helm(inject('helm'));
const clusterScoped = ['ClusterRole', 'ClusterRoleBinding', 'CSIDriver'];
const idOf = ({ kind, metadata }: KubernetesObject): string =>
  `${kind}/${clusterScoped.includes(kind) ? '' : (metadata.namespace ?? '')}/${metadata.name}`;

describe.skipIf(!inject('helm'))('the chart', () => {
  it('has at least 12 value sets', () => {
    expect(valueSets.size).toBeGreaterThanOrEqual(12);
  });

  it.each([...valueSets])('with %s passes helm lint --strict', async (_, file) => {
    expect(await helm.lint(file)).toContain('0 chart(s) failed');
  });

  it.each([...valueSets])('with %s renders as reviewed', async (name, file) => {
    const rendered = withoutVersions(await helm.template({ files: [file] }));
    await expect(rendered).toMatchFileSnapshot(`${golden}${name}.yaml`);
  });

  it.each([...valueSets])('with %s renders each object once', async (_, file) => {
    const ids = (await helm.render({ files: [file] })).map(idOf);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('renders releases of several drivers without a common object or port', async () => {
    const names = ['aws-default', 'azure-default', 'google-default', 'generic-default', 'generic-own-name'];
    const renders = await Promise.all(
      names.map((name) => helm.render({ files: [valueSet(name)], release: `lustre-csi-${name}` })),
    );
    const ids = renders.flatMap((objects) => objects.map(idOf));
    expect(ids).toEqual([...new Set(ids)]);
    const ports = renders.flatMap((objects) => hostPorts(objects));
    expect(ports.length).toBe(2 * names.length);
    expect(ports).toEqual([...new Set(ports)]);
  });

  it('renders two releases of one name in two namespaces without a common role', async () => {
    const [one, other] = await Promise.all([
      helm.render({ files: [valueSet('aws-default')], namespace: 'one' }),
      helm.render({ files: [valueSet('azure-default')], namespace: 'other' }),
    ]);
    const ids = [...one, ...other].map(idOf);
    expect(ids).toEqual([...new Set(ids)]);
  });
});

describe.skipIf(!inject('helm'))('names and entry points of the Go drivers', () => {
  it.each([
    [
      'drop-in-aws',
      '/bin/aws-fsx-csi-driver',
      {
        'Deployment/fsx-csi-controller': 'fsx-csi-controller-sa',
        'DaemonSet/fsx-csi-node': 'fsx-csi-node-sa',
      },
    ],
    [
      'drop-in-azure',
      '/app/azurelustreplugin',
      {
        'Deployment/csi-azurelustre-controller': 'csi-azurelustre-controller-sa',
        'DaemonSet/csi-azurelustre-node-jammy': 'csi-azurelustre-node-sa',
        'DaemonSet/csi-azurelustre-node-noble': 'csi-azurelustre-node-sa',
      },
    ],
  ])('are those of %s', async (name, command, accounts) => {
    const objects = await helm.render({ files: [valueSet(name)] });
    const found = workloadsOf(objects).map((workload) => [
      `${workload.kind}/${workload.metadata.name}`,
      podOf(workload).serviceAccountName,
    ]);
    expect(Object.fromEntries(found)).toEqual(accounts);
    const drivers = containersOf(objects).filter((container) => container.name === 'lustre-csi');
    expect(drivers.map((driver) => driver.command)).toEqual(drivers.map(() => [command]));
  });

  it('keep the selectors of workloads, which Kubernetes does not allow to change', async () => {
    const selectorsOf = async (name: string): Promise<unknown> =>
      Object.fromEntries(
        workloadsOf(await helm.render({ files: [valueSet(name)] })).map((workload) => [
          workload.metadata.name,
          (workload['spec'] as { readonly selector: { readonly matchLabels: unknown } }).selector.matchLabels,
        ]),
      );
    expect(await selectorsOf('drop-in-aws')).toEqual({
      'fsx-csi-controller': {
        app: 'fsx-csi-controller',
        'app.kubernetes.io/name': 'aws-fsx-csi-driver',
      },
      'fsx-csi-node': { app: 'fsx-csi-node', 'app.kubernetes.io/name': 'aws-fsx-csi-driver' },
    });
    expect(await selectorsOf('drop-in-azure')).toEqual({
      'csi-azurelustre-controller': { app: 'csi-azurelustre-controller' },
      'csi-azurelustre-node-jammy': { app: 'csi-azurelustre-node', flavor: 'jammy' },
      'csi-azurelustre-node-noble': { app: 'csi-azurelustre-node', flavor: 'noble' },
    });
  });
});

describe.skipIf(!inject('helm'))('images', () => {
  it('all come from the registry of image.containerRegistry, with and without a slash', async () => {
    for (const containerRegistry of ['mirror.example.com', 'mirror.example.com/']) {
      const objects = await helm.render({
        files: [valueSet('everything-on')],
        values: {
          image: { containerRegistry },
          controller: { initContainers: [] },
          node: { initContainers: [] },
        },
      });
      const images = containersOf(objects).map(({ image }) => image);
      expect(images.length).toBeGreaterThan(8);
      expect(images.filter((image) => !image.startsWith('mirror.example.com/'))).toEqual([]);
      expect(images.filter((image) => image.includes('//'))).toEqual([]);
    }
  });

  it('of a further DaemonSet can differ', async () => {
    const objects = await helm.render({ files: [valueSet('everything-on')] });
    const images = workloadsOf(objects)
      .filter(({ kind }) => kind === 'DaemonSet')
      .map((workload) => podOf(workload).containers[0]?.image);
    expect(images).toEqual([
      'ghcr.io/lustre-csi/lustre-csi:v9.9.9',
      'ghcr.io/lustre-csi/lustre-csi:v9.9.9-gpu',
    ]);
  });
});

describe.skipIf(!inject('helm'))('the driver', () => {
  it('of each name is served under it', async () => {
    const nameOf = async (name: string): Promise<unknown> => {
      const objects = await helm.render({ files: [valueSet(name)] });
      const [driver] = containersOf(objects).filter((container) => container.name === 'lustre-csi');
      const environment = driver ? environmentOf(driver) : {};
      return [environment['LUSTRE_CSI_DRIVER_NAME'], environment['LUSTRE_CSI_SERVE_AS']];
    };
    expect(await nameOf('generic-default')).toEqual(['generic.lustre-csi', undefined]);
    expect(await nameOf('generic-former-name')).toEqual(['lustre.csi.k8s.io', undefined]);
    expect(await nameOf('generic-own-name')).toEqual(['generic.lustre-csi', 'scratch.lustre.example.com']);
    expect(await nameOf('custom-driver')).toEqual(['lustre.storage.example.com', undefined]);
  });

  it('has a CSIDriver object for each name, since pods wait forever without one; inline volumes need guests', async () => {
    const withGuests = ['everything-on', 'openshift-peer-pods'];
    for (const [name, file] of valueSets) {
      if (name === 'everything-off') continue;
      const objects = await helm.render({ files: [file] });
      const [driver] = containersOf(objects).filter((container) => container.name === 'lustre-csi');
      const environment = driver ? environmentOf(driver) : {};
      const served = environment['LUSTRE_CSI_SERVE_AS'] ?? environment['LUSTRE_CSI_DRIVER_NAME'];
      const csiDrivers = objects.filter(({ kind }) => kind === 'CSIDriver');
      const volumeLifecycleModes = ['Persistent', ...(withGuests.includes(name) ? ['Ephemeral'] : [])];
      expect(csiDrivers.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
        [served, expect.objectContaining({ attachRequired: false, volumeLifecycleModes })],
      ]);
    }
  });
});

/** Ports that a DaemonSet takes on its node. */
function hostPorts(objects: readonly KubernetesObject[]): readonly string[] {
  return workloadsOf(objects)
    .filter((workload) => podOf(workload).hostNetwork)
    .flatMap((workload) => containersOf([workload]))
    .flatMap(({ args = [] }) => args.filter((arg) => /^--(http-endpoint|metrics-address)=/.test(arg)))
    .map((arg) => arg.split(':').at(-1) ?? '');
}
