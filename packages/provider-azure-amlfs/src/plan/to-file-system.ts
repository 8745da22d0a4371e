import { Capacity, type FileSystem, type FileSystemState, type LustreMountSource } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { inWords, tolerant, text } from '../api/tolerant-json.js';
import { canonicalLocation } from '../api/skus.js';
import { readTags } from '../parameters/tags.js';
import { amlMountSource, usualFsname } from '../node/volume-context.js';

const size = tolerant(z.number().check(z.positive(), z.lte(1e6)));

/** Schema of an AML file system in ARM's JSON (Microsoft.StorageCache/amlFilesystems), as far as needed. Total: a field
 *  of another type reads as absent. */
const armFileSystem = z.object({
  name: z.string(),
  location: text,
  sku: tolerant(z.object({ name: text })),
  zones: tolerant(z.array(z.string())),
  tags: tolerant(z.record(z.string(), text)),
  systemData: tolerant(z.object({ createdAt: text })),
  properties: tolerant(
    z.object({
      provisioningState: text,
      storageCapacityTiB: size,
      /** Live size after an expansion, since api-version 2026-01-01. */
      currentStorageCapacityTiB: size,
      filesystemSubnet: text,
      health: tolerant(z.object({ state: text, statusCode: text, statusDescription: text })),
      hsm: tolerant(z.object({ settings: tolerant(z.object({ container: text })) })),
      clientInfo: tolerant(z.object({ mgsAddress: text, mountCommand: text })),
    }),
  ),
});

type ArmFileSystem = z.infer<typeof armFileSystem>;
type Properties = NonNullable<ArmFileSystem['properties']>;

/** Attributes by which the core compares a file system with a plan. */
export const attribute = {
  sku: 'sku-name',
  zone: 'zone',
  location: 'location',
  subnet: 'subnet',
  subDir: 'sub-dir',
  hsmContainer: 'hsm-container',
} as const;

/**
 * Reads a file system from ARM's JSON. Never throws.
 * @param listingScope the resource group in lower case
 * @param clusterId cluster whose file systems this driver owns
 * @returns undefined where it is no file system
 */
export function toFileSystem(
  resource: unknown,
  listingScope: string,
  clusterId: string,
): FileSystem | undefined {
  const parsed = z.safeParse(armFileSystem, resource);
  if (!parsed.success) return undefined;
  const { name, tags = {}, systemData, properties = {} } = parsed.data;
  const { subDir, ...ownership } = readTags(withoutUndefined(tags), name, clusterId);
  const source = mountSourceOf(properties);
  const { state, cloudState } = stateOf(properties, source !== undefined);
  const stateDetail = healthDetail(properties);
  const createdAt = dateOf(systemData?.createdAt);
  return {
    id: name,
    listingScope,
    state,
    cloudState,
    capacity: capacityOf(properties),
    ...ownership,
    attributes: attributesOf(parsed.data, subDir),
    ...(stateDetail === undefined ? {} : { stateDetail }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(source === undefined ? {} : { mountSource: source }),
  };
}

/** Finds the resource group in the id of a resource, in lower case; empty where there is none. */
export function resourceGroupOf(resource: unknown): string {
  const parsed = z.safeParse(z.object({ id: z.string() }), resource);
  const id = parsed.success ? parsed.data.id : '';
  return /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)\//i.exec(id)?.[1]?.toLowerCase() ?? '';
}

interface State {
  readonly state: FileSystemState;
  readonly cloudState: string;
}

/**
 * Combines provisioningState and health. provisioningState shows the outcome of the last operation of any kind: on a
 * file system with servers, `Failed` is a failed change of data that exists, and must never be taken for a failed
 * creation, which is deleted and repeated.
 * @param hasServers clientInfo is present, which Azure writes when the creation succeeds and never removes
 */
function stateOf({ provisioningState, health }: Properties, hasServers: boolean): State {
  const cloudState = provisioningState ?? 'unknown';
  const known = byProvisioningState.get(cloudState.toLowerCase());
  if (known === 'deleting') return { state: known, cloudState };
  // Without servers there is nothing to mount, in any state.
  if (!hasServers) return { state: known === 'failed' ? known : 'creating', cloudState };
  const usable = known === undefined ? undefined : withServers[known];
  if (usable) return { state: usable, cloudState };
  return { state: 'available', cloudState, ...byHealth(health?.state) };
}

const byProvisioningState: ReadonlyMap<string, FileSystemState> = new Map(
  Object.entries<FileSystemState>({
    creating: 'creating',
    updating: 'updating',
    deleting: 'deleting',
    failed: 'failed',
    canceled: 'failed',
    succeeded: 'available',
  }),
);

/** Meaning of these states where there are servers; in the others, health decides. */
const withServers: Partial<Readonly<Record<FileSystemState, FileSystemState>>> = {
  creating: 'updating',
  updating: 'updating',
  failed: 'impaired',
};

/** Translates states of health that need attention, or show a change in progress. Clients can work in all of them. */
function byHealth(health: string | undefined): State | undefined {
  const states: ReadonlyMap<string, FileSystemState> = new Map(
    Object.entries<FileSystemState>({
      degraded: 'impaired',
      unavailable: 'impaired',
      expanding: 'updating',
    }),
  );
  const state = states.get(health?.toLowerCase() ?? '');
  return health === undefined || state === undefined ? undefined : { state, cloudState: health };
}

/** Azure's own words about health; undefined where it only reports that all is well. */
function healthDetail({ health }: Properties): string | undefined {
  if (!health || health.state?.toLowerCase() === 'available') return undefined;
  return inWords(': ', health.statusCode, health.statusDescription) || undefined;
}

/** Reads the mount source: the MGS is an address, the fsname is only in the mount command that Azure recommends. */
function mountSourceOf({ clientInfo }: Properties): LustreMountSource | undefined {
  const { mgsAddress, mountCommand = '' } = clientInfo ?? {};
  if (!mgsAddress) return undefined;
  const fsname = /:\/([A-Za-z0-9_-]{1,8})(?=[\s/]|$)/.exec(mountCommand)?.[1] ?? usualFsname;
  try {
    return amlMountSource(mgsAddress, fsname);
  } catch {
    return undefined; // No address that could be mounted.
  }
}

function capacityOf({ storageCapacityTiB, currentStorageCapacityTiB }: Properties): Capacity {
  const tebibytes = currentStorageCapacityTiB ?? storageCapacityTiB;
  return tebibytes === undefined ? Capacity.zero : Capacity.tebibytes(tebibytes);
}

function attributesOf(
  { sku, zones, location, properties }: ArmFileSystem,
  subDir: string | undefined,
): Readonly<Record<string, string>> {
  const shown: Record<string, string | undefined> = {
    [attribute.sku]: sku?.name,
    [attribute.zone]: zones?.[0],
    [attribute.location]: location && canonicalLocation(location),
    [attribute.subnet]: properties?.filesystemSubnet?.toLowerCase(),
    [attribute.subDir]: subDir,
    [attribute.hsmContainer]: properties?.hsm?.settings?.container?.toLowerCase(),
  };
  return withoutUndefined(shown);
}

function withoutUndefined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function dateOf(iso: string | undefined): Date | undefined {
  const date = new Date(iso ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
