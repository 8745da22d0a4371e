import {
  type FileSystem,
  type FileSystemState,
  type LustreMountSource,
  createMountSource,
} from '@lustre-csi/core';
import * as z from 'zod/mini';
import { shortDomain } from '../api/availability-domains.js';
import { readTags, type Tags } from '../parameters/tags.js';
import { gigabytes } from './capacity-rules.js';

/** Makes a field of an answer tolerant: a value of another type, and null, read as absent. */
const tolerant = <T extends z.ZodMiniType>(schema: T): z.ZodMiniCatch<z.ZodMiniOptional<T>> =>
  z.catch(z.optional(schema), undefined);

const text = tolerant(z.string());
const number = tolerant(z.number());

/** Schema of a file system in OCI's JSON (LustreFileSystem 20250228), as far as needed. */
const lustreFileSystem = z.object({
  id: z.string(),
  compartmentId: z.string(),
  lifecycleState: text,
  lifecycleDetails: text,
  displayName: text,
  fileSystemName: text,
  managementServiceAddress: text,
  lnet: text,
  capacityInGBs: tolerant(z.number().check(z.positive(), z.lte(1e9))),
  performanceTier: text,
  subnetId: text,
  availabilityDomain: text,
  clusterPlacementGroupId: text,
  timeCreated: text,
  freeformTags: tolerant(z.record(z.string(), text)),
  nsgIds: tolerant(z.array(z.string())),
  kmsKeyId: text,
  rootSquashConfiguration: tolerant(
    z.object({
      identitySquash: text,
      squashUid: number,
      squashGid: number,
      clientExceptions: tolerant(z.array(z.string())),
    }),
  ),
  maintenanceWindow: tolerant(z.object({ dayOfWeek: z.string(), timeStart: z.string() })),
});

/** File system as OCI shows it (LustreFileSystem 20250228): a field of another type than OCI's is undefined. */
export interface OciFileSystem extends Readonly<Partial<Record<OciText, string | undefined>>> {
  readonly id: string;
  readonly compartmentId: string;
  /** Capacity in decimal GB. */
  readonly capacityInGBs?: number | undefined;
  readonly freeformTags?: Readonly<Record<string, string | undefined>> | undefined;
  readonly nsgIds?: readonly string[] | undefined;
  readonly rootSquashConfiguration?: OciRootSquash | undefined;
  readonly maintenanceWindow?: { readonly dayOfWeek: string; readonly timeStart: string } | undefined;
}

type OciText =
  | 'lifecycleState'
  | 'lifecycleDetails'
  | 'displayName'
  | 'fileSystemName'
  | 'managementServiceAddress'
  | 'lnet'
  | 'performanceTier'
  | 'subnetId'
  | 'availabilityDomain'
  | 'clusterPlacementGroupId'
  | 'timeCreated'
  | 'kmsKeyId';

/** Root squash as OCI shows it. */
export interface OciRootSquash {
  readonly identitySquash?: string | undefined;
  readonly squashUid?: number | undefined;
  readonly squashGid?: number | undefined;
  readonly clientExceptions?: readonly string[] | undefined;
}

/** Reads OCI's JSON; undefined where it is no file system. */
export function readFileSystem(resource: unknown): OciFileSystem | undefined {
  const parsed = z.safeParse(lustreFileSystem, resource);
  return parsed.success ? parsed.data : undefined;
}

/** Attributes by which the core compares a file system with a plan. */
export const attribute = {
  tier: 'performanceTier',
  subnet: 'subnetId',
  domain: 'availabilityDomain',
  fsname: 'fileSystemName',
  placementGroup: 'clusterPlacementGroupId',
} as const;

/** Reports whether OCI shows a file system only for a while after its deletion. */
export const isGone = ({ lifecycleState }: OciFileSystem): boolean => lifecycleState === 'DELETED';

/** Converts a file system. The scope is its compartment.
 *  @param clusterId cluster whose file systems this driver owns */
export function toFileSystem(shown: OciFileSystem, clusterId: string): FileSystem {
  const source = mountSourceOf(shown);
  const createdAt = dateOf(shown.timeCreated);
  const { lifecycleState = 'unknown', lifecycleDetails } = shown;
  return {
    id: shown.id,
    listingScope: shown.compartmentId,
    state: stateOf(lifecycleState, source !== undefined),
    cloudState: lifecycleState,
    capacity: gigabytes(Math.round(shown.capacityInGBs ?? 0)),
    ...readTags(tagsOf(shown), shown.displayName ?? '', clusterId),
    attributes: attributesOf(shown),
    ...(lifecycleDetails ? { stateDetail: lifecycleDetails } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(source === undefined ? {} : { mountSource: source }),
  };
}

/** All free-form tags, since their number is limited; an unreadable value becomes empty. */
export const tagsOf = ({ freeformTags = {} }: OciFileSystem): Tags =>
  Object.fromEntries(Object.entries(freeformTags).map(([key, value]) => [key, value ?? '']));

const states: ReadonlyMap<string, FileSystemState> = new Map<string, FileSystemState>([
  ['CREATING', 'creating'],
  ['UPDATING', 'updating'],
  ['ACTIVE', 'available'],
  ['INACTIVE', 'impaired'],
  ['DELETING', 'deleting'],
  ['DELETED', 'deleting'],
  ['FAILED', 'failed'],
]);

/**
 * State in the words of the port. A file system that has servers was usable: `FAILED` is then a failed change or deletion
 * of data that exists, and must never be taken for a failed creation, which is deleted and repeated. An unknown state is
 * taken for one of a file system that works.
 */
function stateOf(lifecycleState: string, hasServers: boolean): FileSystemState {
  const state = states.get(lifecycleState) ?? 'available';
  if (state === 'deleting' || state === 'creating') return state;
  if (state === 'failed') return hasServers ? 'impaired' : 'failed';
  return hasServers ? state : 'creating';
}

function mountSourceOf(shown: OciFileSystem): LustreMountSource | undefined {
  const { managementServiceAddress, lnet = 'tcp', fileSystemName, lifecycleState } = shown;
  // The address may be known before the servers run.
  if (!managementServiceAddress || !fileSystemName || lifecycleState === 'CREATING') return undefined;
  try {
    return createMountSource([[`${managementServiceAddress}@${lnet}`]], fileSystemName);
  } catch {
    return undefined; // No address that could be mounted.
  }
}

function attributesOf(shown: OciFileSystem): Readonly<Record<string, string>> {
  const { availabilityDomain } = shown;
  const values: Record<string, string | undefined> = {
    [attribute.tier]: shown.performanceTier,
    [attribute.subnet]: shown.subnetId,
    [attribute.domain]: availabilityDomain && shortDomain(availabilityDomain),
    [attribute.fsname]: shown.fileSystemName,
    [attribute.placementGroup]: shown.clusterPlacementGroupId,
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function dateOf(iso: string | undefined): Date | undefined {
  const date = new Date(iso ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
