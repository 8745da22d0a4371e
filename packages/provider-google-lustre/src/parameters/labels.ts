import { createHash } from 'node:crypto';
import { DriverError, type VolumeMetadata } from '@lustre-csi/core';

/** Labels in the spelling of lustre-csi-driver of Google, so that its tooling and cost reports still work. */
const CREATED_BY = 'storage_gke_io_created-by';
const CREATED_BY_DRIVER = 'lustre_csi_storage_gke_io';
const PVC_NAMESPACE = 'kubernetes_io_created-for_pvc_namespace';
const PVC_NAME = 'kubernetes_io_created-for_pvc_name';
const PV_NAME = 'kubernetes_io_created-for_pv_name';

/** Labels of this driver only. */
const VOLUME_NAME = 'lustre-csi-volume-name';
const ATTEMPT = 'lustre-csi-attempt';
const CLUSTER = 'lustre-csi-cluster';
/** Prefix of the labels of a base path: a digest of it, and the number of the part. */
const DIRECTORIES = 'lustre-csi-directories-';
/** Label beside those of base paths: where they are lost, it keeps the instance from being deleted. */
const PARENT = 'lustre-csi-parent';

const reserved = [CREATED_BY, PVC_NAMESPACE, PVC_NAME, PV_NAME, VOLUME_NAME, ATTEMPT, CLUSTER, PARENT];

/** Limits of labels (https://cloud.google.com/resource-manager/docs/labels-overview). */
const MAX_LABELS = 64;
const MAX_LENGTH = 63;
const KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

export type Labels = Readonly<Record<string, string>>;

/** Facts that the driver records in the labels of an instance. */
export interface Ownership {
  /** Id of the instance, which is also the volume name in plans. */
  readonly volumeName: string;
  readonly attempt: number;
  readonly clusterId: string;
  readonly metadata: VolumeMetadata;
}

/** Reads the `labels` parameter: `key=value,key=value`.
 *  @throws Error with a message that names the wrong label and the reason */
export function parseLabels(line: string): Labels {
  const items = line
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const given = items.map(parseLabel);
  const double = given.find(([key], index) => given.findIndex(([other]) => other === key) !== index);
  if (double) throw new Error(`the label "${double[0]}" is given twice`);
  const most = MAX_LABELS - reserved.length;
  if (given.length > most) {
    throw new Error(
      `${given.length} labels, but Google takes ${MAX_LABELS} and this driver needs ${reserved.length}`,
    );
  }
  return Object.fromEntries(given);
}

function parseLabel(item: string): [string, string] {
  const [key = '', value, ...more] = item.split('=').map((part) => part.trim());
  if (value === undefined || more.length > 0) throw new Error(`"${item}" is not of the form key=value`);
  if (reserved.includes(key) || key.startsWith(DIRECTORIES)) {
    throw new Error(`the driver itself writes the label "${key}"`);
  }
  if (KEY.test(key) && VALUE.test(value)) return [key, value];
  throw new Error(
    `"${item}" is not a label: lower-case letters, digits, "_" and "-", at most ${MAX_LENGTH} characters, beginning with a letter`,
  );
}

/** Builds all labels of a new instance. */
export function labelsFor(ownership: Ownership, userLabels: Labels): Labels {
  const { volumeName, attempt, clusterId, metadata } = ownership;
  const ours: Record<string, string> = {
    [CREATED_BY]: CREATED_BY_DRIVER,
    [PVC_NAMESPACE]: lossy(metadata.pvcNamespace),
    [PVC_NAME]: lossy(metadata.pvcName),
    [PV_NAME]: lossy(metadata.pvName),
    [VOLUME_NAME]: volumeName,
    [ATTEMPT]: String(attempt),
    ...(clusterId === '' ? {} : clusterLabel(clusterId)),
  };
  return { ...userLabels, ...withoutEmpty(ours) };
}

/** Builds the label that claims an instance for a cluster. */
export const clusterLabel = (clusterId: string): Labels => ({ [CLUSTER]: clusterText(clusterId) });

/** Text of a cluster id in a label: the id itself, or a digest where labels cannot have it. */
function clusterText(clusterId: string): string {
  return /^[a-z0-9_-]{1,63}$/.test(clusterId) ? clusterId : `id-${digestOf(clusterId).slice(0, 32)}`;
}

/** Builds the labels that record a base path of directory volumes on the instance. */
export function directoriesLabels(base: string): Labels {
  const key = `${DIRECTORIES}${digestOf(base).slice(0, 8)}`;
  const parts = escaped(base).match(/.{1,63}/g) ?? [];
  return {
    [PARENT]: 'true',
    ...Object.fromEntries(parts.map((part, index) => [`${key}-${index}`, part])),
  };
}

/** Finds the labels that an instance lacks or has with another value, merged with its own; undefined: it has them all.
 *  @throws DriverError invalid-argument where they are more than Google allows */
export function mergedLabels(existing: Labels, added: Labels): Labels | undefined {
  if (Object.entries(added).every(([key, value]) => existing[key] === value)) return undefined;
  const merged = { ...existing, ...added };
  const count = Object.keys(merged).length;
  if (count <= MAX_LABELS) return merged;
  throw new DriverError(
    'invalid-argument',
    `labels: the instance would have ${count} labels with those that it has already, and Google takes ${MAX_LABELS}`,
  );
}

/** Facts that the labels of an existing instance state. */
export interface ReadLabels {
  /** Absent where no driver created the instance, or one of another cluster. */
  readonly volumeName?: string;
  readonly attempt: number;
  /** Base paths of directory volumes; empty where their labels are lost, absent where none was ever recorded. */
  readonly directoryBases?: readonly string[];
  /** Cluster that the label names. */
  readonly cluster?: string;
  readonly isOtherClusters?: true;
  /** Set where this driver, or lustre-csi-driver of Google before it, created the instance, for any cluster. */
  readonly madeByDriver?: true;
}

/** Reads the labels of an existing instance. A volume name counts only on the instance that has it: labels are copied
 *  together with other settings.
 *  @param clusterId cluster of this driver; empty: none */
export function readLabels(labels: Labels, instance: string, clusterId: string): ReadLabels {
  const owner = ownerIn(labels, clusterId);
  const madeByDriver =
    labels[CREATED_BY] === CREATED_BY_DRIVER && (labels[VOLUME_NAME] ?? instance) === instance;
  const directoryBases = basesIn(labels);
  return {
    ...(madeByDriver ? { madeByDriver, ...(owner.isOtherClusters ? {} : { volumeName: instance }) } : {}),
    ...owner,
    ...(directoryBases ? { directoryBases } : {}),
    attempt: attemptIn(labels),
  };
}

/** Cluster that the label names. A driver without an id belongs to no cluster. */
function ownerIn(labels: Labels, clusterId: string): Pick<ReadLabels, 'cluster' | 'isOtherClusters'> {
  const cluster = labels[CLUSTER];
  if (!cluster) return {};
  const isOwn = clusterId !== '' && cluster === clusterText(clusterId);
  return isOwn ? { cluster: clusterId } : { cluster, isOtherClusters: true };
}

function attemptIn(labels: Labels): number {
  const attempt = Number(labels[ATTEMPT]);
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1;
}

function basesIn(labels: Labels): readonly string[] | undefined {
  const parts = new Map<string, string[]>();
  for (const [key, value] of Object.entries(labels)) {
    const [, digest, index] = /^lustre-csi-directories-([0-9a-f]{8})-([0-9]+)$/.exec(key) ?? [];
    if (digest === undefined) continue;
    const found = parts.get(digest) ?? [];
    found[Number(index)] = value;
    parts.set(digest, found);
  }
  // A path with a lost part has another digest: it counts as lost.
  const whole = [...parts].map(([digest, values]) => ({ digest, base: unescaped(values.join('')) }));
  const bases = whole.filter(({ digest, base }) => digestOf(base).startsWith(digest)).map(({ base }) => base);
  return bases.length > 0 || labels[PARENT] !== undefined || parts.size > 0 ? bases : undefined;
}

/** Text with only the characters of label values: others as `_` and their code. Base paths are ASCII. */
const escaped = (text: string): string =>
  text.replace(
    /[^a-z0-9-]/g,
    (character) => `_${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );

const unescaped = (text: string): string =>
  text.replace(/_([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Name of a Kubernetes object as a label value: labels have no dots, and are shorter. */
const lossy = (name = ''): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, MAX_LENGTH);

const withoutEmpty = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
