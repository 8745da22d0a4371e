// Rights by feature: a rule exists if and only if the feature that needs it is on.
import { describe, expect, inject, it } from 'vitest';
import { Helm, type KubernetesObject, type RenderOptions } from './chart.js';

const helm = new Helm(inject('helm'));
type Values = NonNullable<RenderOptions['values']>;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Rights that a role's rules give, as `role: verb group/resource`. */
function rightsIn(objects: readonly KubernetesObject[], driver: string): readonly string[] {
  return objects
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
    .flatMap(({ metadata, ...role }) => {
      const name = metadata.name.replace(`lustre-csi-${driver}-`, '').replace('lustre-csi-', '');
      return ((role['rules'] ?? []) as readonly Rule[]).flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            verbs.map((verb) => `${name}: ${verb} ${group === '' ? '' : `${group}/`}${resource}`),
          ),
        ),
      );
    });
}

async function rights(values: Values): Promise<readonly string[]> {
  const driver = 'fsx.csi.aws.com';
  return rightsIn(await helm.render({ values: { driver, ...values } }), driver);
}

/** Feature; the values that turn it on and off; rights that it alone needs. */
const features: readonly (readonly [string, Values, Values, readonly string[]])[] = [
  [
    'snapshots',
    { sidecars: { snapshotter: { enabled: true } } },
    {},
    [
      'provisioner: get snapshot.storage.k8s.io/volumesnapshots',
      'provisioner: get snapshot.storage.k8s.io/volumesnapshotcontents',
      'snapshotter: update snapshot.storage.k8s.io/volumesnapshotcontents',
      'snapshotter: patch snapshot.storage.k8s.io/volumesnapshotcontents/status',
      'snapshotter: list snapshot.storage.k8s.io/volumesnapshotclasses',
    ],
  ],
  [
    'expansion',
    {},
    { sidecars: { resizer: { enabled: false } } },
    ['resizer: patch persistentvolumes', 'resizer: patch persistentvolumeclaims/status'],
  ],
  [
    'VolumeAttributesClass',
    {},
    { volumeAttributesClassSupport: 'disabled' },
    [
      'provisioner: get storage.k8s.io/volumeattributesclasses',
      'resizer: watch storage.k8s.io/volumeattributesclasses',
    ],
  ],
  [
    'topology',
    { topology: { zone: 'imds' } },
    {},
    ['provisioner: list nodes', 'provisioner: list storage.k8s.io/csinodes'],
  ],
  [
    'the health monitor',
    { sidecars: { healthMonitor: { enabled: true } } },
    {},
    ['health-monitor: list pods', 'health-monitor: list nodes', 'health-monitor: patch events'],
  ],
  ['removal of the startup taint', {}, { node: { removeNotReadyTaint: false } }, ['node: patch nodes']],
  [
    'the preStop hook',
    { node: { removeNotReadyTaint: false } },
    { node: { removeNotReadyTaint: false, preStopHook: { enabled: false } } },
    ['node: get nodes', 'node: get storage.k8s.io/csinodes'],
  ],
  [
    'the zone of the providerID',
    {
      node: { removeNotReadyTaint: false, preStopHook: { enabled: false } },
      topology: { zone: 'provider-id' },
    },
    { node: { removeNotReadyTaint: false, preStopHook: { enabled: false } }, topology: { zone: 'imds' } },
    ['node: get nodes'],
  ],
  [
    'kata-aware publication',
    { node: { kataAware: true } },
    {},
    ['node: get pods', 'node: get node.k8s.io/runtimeclasses'],
  ],
  [
    'doctor where guests mount volumes',
    { node: { kataAware: true, guestVolumes: { enabled: true } } },
    { node: { kataAware: true } },
    [
      'controller: get configmaps',
      'controller: list kataconfiguration.openshift.io/kataconfigs',
      'controller: list node.k8s.io/runtimeclasses',
    ],
  ],
  [
    'events',
    { events: { enabled: true } },
    {},
    ['events: get events', 'events: create events', 'events: patch events'],
  ],
  ['the id of the cluster', {}, { clusterId: 'mine' }, ['controller: get namespaces']],
  ['detection of the cluster', {}, { detectClusterId: false }, ['controller: get namespaces']],
  [
    'the region of the node',
    { diagnostics: { enabled: false } },
    { diagnostics: { enabled: false }, controller: { region: 'eu-west-1' } },
    ['controller: get nodes'],
  ],
  [
    'diagnosis',
    { controller: { region: 'eu-west-1' } },
    { controller: { region: 'eu-west-1' }, diagnostics: { enabled: false } },
    [
      'controller: list pods',
      'controller: get nodes',
      'controller: list events',
      'controller: get storage.k8s.io/csidrivers',
      'diagnostics: get pods/log',
      'diagnostics: list apps/daemonsets',
    ],
  ],
];

describe.skipIf(!inject('helm'))('rights', () => {
  it.each(features)('for %s follow the value', async (_, on, off, needed) => {
    const [with_, without] = await Promise.all([rights(on), rights(off)]);
    expect(needed.filter((right) => !with_.includes(right))).toEqual([]);
    expect(needed.filter((right) => without.includes(right))).toEqual([]);
  });

  it('to secrets are given by no default', async () => {
    const all = await rights({
      sidecars: { snapshotter: { enabled: true }, healthMonitor: { enabled: true } },
      node: { kataAware: true },
      topology: { zone: 'imds' },
    });
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter((right) => /secrets|\*/.test(right))).toEqual([]);
  });

  it('can be added to those of a sidecar', async () => {
    const rule = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
    const all = await rights({ sidecars: { provisioner: { additionalClusterRoleRules: [rule] } } });
    expect(all).toContain('provisioner: get secrets');
  });

  it('of a further DaemonSet count', async () => {
    const all = await rights({ additionalDaemonSets: { kata: { kataAware: true } } });
    expect(all).toContain('node: get node.k8s.io/runtimeclasses');
  });

  it('of nodes alone are rendered with nodeComponentOnly', async () => {
    const all = await rights({ nodeComponentOnly: true });
    expect(all.filter((right) => !right.startsWith('node: '))).toEqual([]);
    expect(all).toContain('node: patch nodes');
  });

  it('are none without rbac.create', async () => {
    expect(await rights({ rbac: { create: false } })).toEqual([]);
  });

  it('belong to the account of the workload', async () => {
    const objects = await helm.render({ values: { driver: 'fsx.csi.aws.com' } });
    const roles = objects.filter(({ kind }) => kind === 'ClusterRole').map(({ metadata }) => metadata.name);
    const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(bindings.map((one) => (one['roleRef'] as { readonly name: string }).name)).toEqual(roles);
    const subjects = bindings.flatMap((one) => one['subjects'] as readonly { readonly name: string }[]);
    const accounts = objects
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map(({ metadata }) => metadata.name);
    expect([...new Set(subjects.map(({ name }) => name))].sort()).toEqual([...accounts].sort());
  });
});
