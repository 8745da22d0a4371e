import {
  Capacity,
  parseMountSource,
  type FileSystem,
  type FileSystemState,
  type LustreMountSource,
} from '@lustre-csi/core';
import * as z from 'zod/mini';
import { text, tolerant } from './tolerant-json.js';
import { formatVolumeHandle, regionOf, type VolumeHandle } from '../node/volume-handle.js';
import { readLabels } from '../parameters/labels.js';
import { networkName } from '../parameters/network.js';
import { keyName } from './resource-name.js';

/** int64 in proto3 JSON: a string. */
const int64 = tolerant(z.union([z.string().check(z.regex(/^[0-9]+$/)), z.number()]));

/** Schema of an instance (google.cloud.lustre.v1), as far as needed. Total: a field of another type reads as absent. */
const instanceSchema = z.object({
  name: z.string(),
  state: text,
  stateReason: text,
  filesystem: text,
  capacityGib: int64,
  network: text,
  perUnitStorageThroughput: int64,
  mountPoint: text,
  labels: tolerant(z.record(z.string(), text)),
  kmsKey: text,
  dynamicTierOptions: tolerant(z.object({ mode: text })),
  createTime: text,
});

type InstanceJson = z.infer<typeof instanceSchema>;

/** Attributes by which the core compares an instance with a plan. */
export const attribute = {
  throughput: 'perUnitStorageThroughput',
  network: 'network',
  filesystem: 'filesystem',
  kmsKey: 'kmsKey',
  dynamicTier: 'dynamicTier',
} as const;

/** Scope of an instance: its region. */
export const scopeOf = (project: string, zone: string): string => `${project}/${regionOf(zone)}`;

const NAME = /^projects\/[^/]+\/locations\/([^/]+)\/instances\/([^/]+)$/;

/** Place of an instance, from its resource name; undefined where that is none.
 *  @param project id of the project, as Google may show its number */
export function placeOf(name: string, project: string): VolumeHandle | undefined {
  const [, zone, instance] = NAME.exec(name) ?? [];
  return zone === undefined || instance === undefined ? undefined : { project, zone, instance };
}

/**
 * Reads an instance from the API's JSON. Never throws. Its id is its volume handle.
 * @param clusterId cluster whose instances this driver owns
 * @returns undefined where it is no instance
 */
export function toFileSystem(resource: unknown, project: string, clusterId: string): FileSystem | undefined {
  const parsed = z.safeParse(instanceSchema, resource);
  if (!parsed.success) return undefined;
  const { name, labels = {}, stateReason, createTime, capacityGib } = parsed.data;
  const place = placeOf(name, project);
  if (!place) return undefined;
  const source = mountSourceOf(parsed.data);
  const createdAt = dateOf(createTime);
  return {
    id: formatVolumeHandle(place),
    listingScope: scopeOf(project, place.zone),
    ...stateOf(parsed.data, source !== undefined),
    capacity: Capacity.gibibytes(Number(capacityGib ?? 0)),
    ...readLabels(withoutUndefined(labels), place.instance, clusterId),
    attributes: attributesOf(parsed.data),
    ...(stateReason ? { stateDetail: stateReason } : {}),
    ...(createdAt ? { createdAt } : {}),
    ...(source ? { mountSource: source } : {}),
  };
}

/** Meanings of the states of instances that have servers. */
const states: ReadonlyMap<string, FileSystemState> = new Map(
  Object.entries<FileSystemState>({
    ACTIVE: 'available',
    CREATING: 'creating',
    DELETING: 'deleting',
    UPGRADING: 'updating',
    UPDATING: 'updating',
    REPAIRING: 'impaired',
    STOPPED: 'impaired',
    SUSPENDED: 'impaired',
  }),
);

/** Reads the state. An instance whose creation fails vanishes: none is `failed`. Without a mount point there is nothing
 *  to mount, in any state. */
function stateOf(
  { state = 'STATE_UNSPECIFIED' }: InstanceJson,
  hasServers: boolean,
): Pick<FileSystem, 'state' | 'cloudState'> {
  const known = states.get(state) ?? 'impaired';
  if (known === 'deleting' || hasServers) return { state: known, cloudState: state };
  return { state: 'creating', cloudState: state };
}

function mountSourceOf({ mountPoint }: InstanceJson): LustreMountSource | undefined {
  if (!mountPoint) return undefined;
  try {
    return parseMountSource(mountPoint);
  } catch {
    return undefined; // No address that could be mounted.
  }
}

function attributesOf(instance: InstanceJson): Readonly<Record<string, string>> {
  const { perUnitStorageThroughput, network, filesystem, kmsKey, dynamicTierOptions } = instance;
  return withoutUndefined({
    [attribute.throughput]: perUnitStorageThroughput && String(perUnitStorageThroughput),
    [attribute.network]: network && networkName(network),
    [attribute.filesystem]: filesystem,
    [attribute.kmsKey]: kmsKey && keyName(kmsKey),
    [attribute.dynamicTier]: dynamicTierOptions?.mode ?? 'DISABLED',
  });
}

function withoutUndefined(
  values: Readonly<Record<string, string | 0 | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function dateOf(iso: string | undefined): Date | undefined {
  const date = new Date(iso ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
