/** Values around the one that is changed. */
export interface Setting {
  /** Value set. */
  readonly set: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly kubernetes?: string;
  readonly withTests?: boolean;
}

const everything: Setting = { set: 'everything-on', values: {} };
const aws = (values: Setting['values'] = {}): Setting => ({ set: 'aws-default', values });
const azure = (values: Setting['values'] = {}): Setting => ({ set: 'azure-default', values });
const google = (values: Setting['values'] = {}): Setting => ({ set: 'google-default', values });

const oci = (values: Setting['values'] = {}): Setting => ({ set: 'oci-default', values });

const onePackage = { image: 'one', repository: 'one', names: ['one'], key: 'one' };

/** Settings in which a value matters, by its path or the beginning of it; the first that fits. */
const settings: readonly (readonly [string, Setting])[] = [
  ['customDriver', { set: 'generic-own-name', values: {} }],
  ['driver', aws()],
  ['compatibility', aws()],
  ['fullnameOverride', aws()],
  ['clusterId', aws()],
  ['detectClusterId', aws()],
  ['image.tag', aws()],
  ['csidriver.nodeAllocatable', { set: 'aws-default', values: {}, kubernetes: '1.37.0' }],
  ['csidriver.preventPod', { set: 'aws-default', values: {}, kubernetes: '1.37.0' }],
  ['topology', everything],
  ['controller.timeout', aws()],
  ['controller.region', aws()],
  ['controller.affinity', aws()],
  ['controller.containerSecurityContext', aws()],
  ['controller.serviceAccount.name', aws()],
  // The set has arguments of its own for these.
  ['sidecars.provisioner.workerThreads', aws()],
  ['node.logLevel', aws()],
  ['node.metrics.enabled', aws()],
  // Volumes of guests, which the set has, need it.
  ['node.kataAware', aws()],
  ['node.affinity', aws()],
  ['node.enabled', everything],
  ['node.serviceAccount.name', aws()],
  [
    'azure.cloudConfig.secretName',
    azure({ azure: { cloudConfig: { source: 'secret', secretName: 'one' } } }),
  ],
  ['azure', azure({ azure: { workloadIdentity: { clientID: 'one' } } })],
  ['google.credentials.key', google({ google: { credentials: { secretName: 'one' } } })],
  ['google', google()],
  ['aws', aws()],
  ['helmTester', { ...aws(), withTests: true }],
  ['oci.config.key', oci({ oci: { config: { secretName: 'one' } } })],
  ['oci', oci({ oci: { region: 'one' } })],
  ['lustreClient.mode', aws({ lustreClient: { kmm: { kernelMappings: [{ literal: 'one' }] } } })],
  ['lustreClient.package', aws({ lustreClient: { mode: 'package', package: onePackage } })],
  ['lustreClient', { set: 'openshift-generic-kmm', values: {} }],
  ['openshift.ephemeral', { set: 'openshift-azure', values: {} }],
];

/** Values around the one that is changed: by default all features are on. */
export const settingOf = (name: string): Setting =>
  settings.find(([beginning]) => name.startsWith(beginning))?.[1] ?? everything;

/** Changes that the types do not suggest. */
const changes: ReadonlyMap<string, unknown> = new Map(
  Object.entries({
    driver: 'azurelustre.csi.azure.com',
    additionalDaemonSets: { flipped: { nodeSelector: { pool: 'flipped' } } },
    compatibility: 'aws-fsx-csi-driver',
    'image.digest': `sha256:${'a'.repeat(64)}`,
    'controller.securityContext': { runAsUser: 1 },
    'controller.updateStrategy': { type: 'Recreate', rollingUpdate: null },
    'controller.mode': 'all',
    'node.region': 'us-east-1',
    'node.mode': 'all',
    volumeAttributesClassSupport: 'disabled',
    'sidecars.nodeDriverRegistrar.nativeSidecar': 'disabled',
    'azure.cloudConfig.source': 'none',
    'oci.auth': 'workload-identity',
    'openshift.ephemeralVolumeProfile': 'restricted',
    'lustreClient.mode': 'kmm',
    'monitoring.prometheusRule.disabled': ['LustreCSIOrphans'],
    'lustreClient.kmm.kernelMappings': [{ literal: 'other', containerImage: 'other' }],
  }),
);

/** Another value than the current one, of a type that the schema admits. */
export function flippedValue(
  name: string,
  current: unknown,
  schema: Readonly<Record<string, unknown>>,
): unknown {
  if (changes.has(name)) return changes.get(name);
  if (name.endsWith('.digest')) return changes.get('image.digest');
  const words = schema['enum'] as readonly unknown[] | undefined;
  if (words) return words.find((word) => word !== current && word !== '');
  if (current === null) return typesOf(schema).includes('boolean') ? true : flippedText(typesOf(schema));
  if (Array.isArray(current)) return flippedList(current, schema);
  return flippedPlain(name, current);
}

function flippedPlain(name: string, current: unknown): unknown {
  if (typeof current === 'boolean') return !current;
  if (typeof current === 'number') return current + 1;
  if (typeof current === 'string') return current.startsWith('/') ? '/flipped' : flippedString(name);
  return { ...(current as object), flipped: 'yes' };
}

const typesOf = (schema: Readonly<Record<string, unknown>>): readonly string[] =>
  [(schema['type'] ?? 'string') as string | readonly string[]].flat();

const flippedText = (types: readonly string[]): unknown => (types.includes('integer') ? 1234 : 'flipped');

const flippedString = (name: string): string =>
  /(?:stateDir|mountsDir)$/.test(name) ? '/flipped' : 'flipped';

function flippedList(
  current: readonly unknown[],
  schema: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  const { type } = (schema['items'] ?? {}) as { readonly type?: string };
  return [...current, type === 'string' ? 'flipped' : { name: 'flipped' }];
}
