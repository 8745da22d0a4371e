// A value that no template reads misleads its users: each leaf, changed, changes the render.
import { readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { chartDirectory, Helm, objectsIn } from './chart.js';
import { flippedValue, settingOf, type Setting } from './flipped-values.js';
import { valueSet } from './value-sets.js';
import { chartValues, nested, valueAt } from './values-file.js';

const helm = new Helm(inject('helm'));
const values = chartValues(readFileSync(`${chartDirectory}/values.yaml`, 'utf8'));

/** Renders by setting, each once. */
const renders = new Map<string, Promise<string>>();
function baseOf(setting: Setting): Promise<string> {
  const key = JSON.stringify(setting);
  const found = renders.get(key) ?? renderWith(setting, {});
  renders.set(key, found);
  return found;
}

const renderWith = ({ set, values: base, ...options }: Setting, change: object): Promise<string> =>
  helm.template({
    files: [valueSet(set)],
    values: merged(base, change as Record<string, unknown>),
    ...options,
  });

function merged(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const isTree = (node: unknown): node is Record<string, unknown> =>
    typeof node === 'object' && node !== null && !Array.isArray(node);
  const both = Object.entries(b).map(([key, value]) => {
    const own = a[key];
    return [key, isTree(own) && isTree(value) ? merged(own, value) : value];
  });
  return { ...a, ...(Object.fromEntries(both) as Record<string, unknown>) };
}

describe.skipIf(!inject('helm'))('a changed value changes the render:', () => {
  it.concurrent.each(values.map((value) => [value.path.join('.'), value] as const))(
    '%s',
    async (name, value) => {
      const setting = settingOf(name);
      const set = parse(readFileSync(valueSet(setting.set), 'utf8')) as unknown;
      const current = valueAt(setting.values, value.path) ?? valueAt(set, value.path) ?? value.default;
      const flipped = flippedValue(name, current, value.schema);
      expect(flipped).not.toEqual(current);
      const rendered = await renderWith(setting, nested(value.path, flipped));
      expect(objectsIn(rendered)).not.toEqual(objectsIn(await baseOf(setting)));
    },
  );
});

describe.skipIf(!inject('helm'))('values of the chart of aws-fsx-csi-driver', () => {
  it('all take effect', async () => {
    const rendered = await helm.template({ files: [valueSet('aws-chart')] });
    const set = parse(readFileSync(valueSet('aws-chart'), 'utf8')) as Record<string, unknown>;
    for (const text of awsTexts) expect(rendered).toContain(text);
    for (const path of awsPaths) expect(valueAt(set, path.split('.')), path).toBeDefined();
  });
});

/** Text that a value of the fixture leaves in the render. */
const awsTexts: readonly string[] = [
  'mirror.example.com/public.ecr.aws/example/lustre-csi:v1.9.0',
  'mirror.example.com/example/livenessprobe:v2.18.0',
  'mirror.example.com/example/registrar:v2.16.0',
  'mirror.example.com/example/provisioner:v6.2.0',
  'mirror.example.com/example/resizer:v2.1.0',
  'fsGroupPolicy: File',
  '--v=3',
  '--v=4',
  '--v=5',
  '--v=6',
  '--v=7',
  '--logging-format=text',
  'memory: 129Mi',
  'memory: 130Mi',
  'memory: 131Mi',
  'memory: 132Mi',
  'memory: 257Mi',
  'memory: 258Mi',
  'pool: system',
  'pool: compute',
  'replicas: 3',
  'eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/lustre',
  'value: "eu-central-1"',
  'value: "eu-west-1"',
  'key: only-this',
  'key: node-toleration',
  'key: fsx.csi.aws.com/agent-not-ready',
  '--timeout=7m',
  '--leader-election-renew-deadline=11s',
  '--leader-election-lease-duration=16s',
  'podAntiAffinity: {}',
  'podAffinity: {}',
  'topologyKey: zone',
  'minAvailable: 2',
  'unhealthyPodEvictionPolicy: AlwaysAllow',
  '--extra-tags=key=value,other=2',
  'path: /var/snap/kubelet/plugins_registry',
  '--kubelet-registration-path=/var/snap/kubelet/plugins/fsx.csi.aws.com/csi.sock',
  'type: OnDelete',
  'dnsPolicy: Default',
  '- 10.0.0.2',
  '127.0.0.1:9809',
  'name: NODE_VARIABLE',
  'mountPath: /node-volume',
  'node: annotation',
  'node: label',
  'controller: annotation',
  'controller: label',
  'terminationGracePeriodSeconds: 120',
  'app.kubernetes.io/name: storage-driver',
  'name: fsx-storage-controller',
  'serviceAccountName: fsx-csi-controller-sa',
  'serviceAccountName: fsx-csi-node-sa',
  'name: "credentials"',
  'runAsGroup: 0',
];

/** Keys of the chart's values.yaml and keys that its templates read besides. */
const awsPaths: readonly string[] = [
  ...['repository', 'tag', 'pullPolicy', 'containerRegistry'].map((key) => `image.${key}`),
  'csidriver.fsGroupPolicy',
  ...['livenessProbe', 'nodeDriverRegistrar', 'provisioner', 'resizer'].flatMap((sidecar) =>
    ['image.repository', 'image.tag', 'image.pullPolicy', 'resources', 'securityContext'].map(
      (key) => `sidecars.${sidecar}.${key}`,
    ),
  ),
  ...['nodeDriverRegistrar', 'provisioner', 'resizer'].map((sidecar) => `sidecars.${sidecar}.logLevel`),
  ...[
    ...['mode', 'loggingFormat', 'nodeSelector', 'replicaCount', 'resources', 'logLevel', 'podAnnotations'],
    ...['region', 'tolerations', 'timeout', 'securityContext', 'containerSecurityContext', 'affinity'],
    ...['leaderElectionRenewDeadline', 'leaderElectionLeaseDuration', 'podLabels', 'extraTags'],
    ...[
      'topologySpreadConstraints',
      'podDisruptionBudget.enabled',
      'podDisruptionBudget.unhealthyPodEvictionPolicy',
    ],
    ...['serviceAccount.create', 'serviceAccount.name', 'serviceAccount.annotations'],
  ].map((key) => `controller.${key}`),
  ...[
    ...['mode', 'loggingFormat', 'logLevel', 'kubeletPath', 'nodeSelector', 'updateStrategy', 'resources'],
    ...[
      'dnsPolicy',
      'dnsConfig',
      'healthPort',
      'securityContext',
      'env',
      'volumes',
      'volumeMounts',
      'affinity',
    ],
    ...[
      'podAnnotations',
      'tolerateAllTaints',
      'tolerations',
      'podLabels',
      'terminationGracePeriodSeconds',
      'region',
    ],
    ...['serviceAccount.create', 'serviceAccount.name', 'serviceAccount.annotations'],
  ].map((key) => `node.${key}`),
  ...['nameOverride', 'fullnameOverride', 'imagePullSecrets', 'nodeComponentOnly'],
];
