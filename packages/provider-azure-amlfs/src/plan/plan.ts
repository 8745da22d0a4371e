import {
  Capacity,
  DriverError,
  isFinal,
  type FileSystemPlan,
  type TopologyRequirement,
  type VolumeMetadata,
  type VolumeRequest,
} from '@lustre-csi/core';
import type { AzureConfig } from '../parameters/azure-config.js';
import { dataRepositoryFor, type DataJobs, type HsmSettings } from '../parameters/data-repository.js';
import { encryptionKeyFor, type EncryptionKey } from '../parameters/encryption.js';
import { toDriverError } from '../api/errors.js';
import { readMutableParameters } from '../parameters/mutable-parameters.js';
import { zoneKey } from '../node/node-zone.js';
import { amlParameterSchema, type AmlParameters } from '../parameters/parameters.js';
import { rootSquashFor, type RootSquash } from '../parameters/root-squash.js';
import { canonicalLocation, type SkuCatalogue, type SkuFacts } from '../api/skus.js';
import { contextKeysOf, howToGet } from '../node/sub-dir.js';
import { withTags, type Tags } from '../parameters/tags.js';
import { attribute } from './to-file-system.js';
import { staticVolume } from './to-volume.js';
import { resourceName } from './resource-name.js';

/** What creating the file system takes, but its capacity. */
export interface Creation {
  readonly skuName: string;
  /** Absent where Azure does not offer it, which is the plan's obstacle. */
  readonly sku: SkuFacts | undefined;
  readonly resourceGroup: string;
  readonly location: string;
  readonly zone: string | undefined;
  readonly subnetId: string;
  readonly maintenanceWindow: { readonly dayOfWeek: string; readonly timeOfDayUTC: string };
  readonly identities: readonly string[];
  readonly tags: Tags;
  readonly rootSquash: RootSquash | undefined;
  readonly encryptionKey: EncryptionKey | undefined;
  readonly hsm: HsmSettings | undefined;
  /** What is created beside the file system, once it can be used. */
  readonly jobs: DataJobs;
}

export interface AmlPlan extends FileSystemPlan {
  /** Name of the ARM resource. */
  readonly resourceName: string;
  /** With the variables still in it. */
  readonly subDir: string | undefined;
  readonly metadata: VolumeMetadata;
  /** Absent where the StorageClass has mgs-ip-address: `existingVolume` points at a file system that somebody else has
   *  made, so that there is nothing to look up, to create or to delete. */
  readonly creation?: Creation;
}

/** Reads a request's parameters, filling in from azure.json what they leave out. What is wrong in the parameters by
 *  themselves is thrown before Azure is asked anything; what the SKUs of the location stand against is the plan's
 *  obstacle, since a file system that exists already has its SKU and its zone.
 *  @throws DriverError invalid-argument naming the parameter, unavailable where the SKUs cannot be listed */
export async function planFor(
  request: VolumeRequest,
  config: AzureConfig,
  skus: Pick<SkuCatalogue, 'find'>,
): Promise<AmlPlan> {
  const given = parametersOf(request);
  const subDir = given['sub-dir'];
  const { name: volumeName, metadata } = request;
  const common = { volumeName, resourceName: resourceName(volumeName), subDir, metadata };
  checkSubDir(subDir, metadata);
  const mgsAddress = given['mgs-ip-address'];
  if (mgsAddress !== undefined) {
    const existingVolume = staticVolume({
      ...common,
      mgsAddress,
      fsname: given['fs-name'],
      resourceGroup: given['resource-group-name'],
      capacity: request.capacityRange.required ?? Capacity.zero,
    });
    return { ...common, scope: '', attributes: {}, existingVolume };
  }
  const settings = creationFor(given, config);
  const { obstacle, ...place } = await placeFor(settings, given.zone, request.topology, skus);
  const creation = { ...settings, ...place };
  return {
    ...common,
    scope: creation.resourceGroup.toLowerCase(),
    attributes: attributesOf(creation, given.zone, subDir),
    creation,
    ...(obstacle ? { obstacle } : {}),
  };
}

/** What the VolumeAttributesClass says wins over the StorageClass; tags of both are merged. */
function parametersOf({ parameters, mutableParameters }: VolumeRequest): AmlParameters {
  const given = amlParameterSchema.read(parameters);
  const mutable = readMutableParameters(mutableParameters);
  const { tags } = mutable;
  return { ...given, ...mutable, ...(tags ? { tags: withTags(given.tags ?? {}, tags) } : {}) };
}

/** What the file system must have been created with; `to-file-system.ts` spells the same. What can be changed later
 *  is no part of it: a volume that was modified is still the volume. Nor is a zone that was chosen from the topology:
 *  another call for the same volume may come with another preference. */
function attributesOf(
  creation: Creation,
  givenZone: string | undefined,
  subDir: string | undefined,
): Readonly<Record<string, string>> {
  return {
    [attribute.sku]: creation.skuName,
    [attribute.location]: creation.location,
    [attribute.subnet]: creation.subnetId.toLowerCase(),
    ...(givenZone === undefined ? {} : { [attribute.zone]: givenZone }),
    ...(subDir === undefined ? {} : { [attribute.subDir]: subDir }),
    ...(creation.hsm ? { [attribute.hsmContainer]: creation.hsm.container.toLowerCase() } : {}),
  };
}

/** What follows from the parameters alone. */
function creationFor(given: AmlParameters, config: AzureConfig): Omit<Creation, 'sku' | 'zone'> {
  if (given['fs-name'] !== undefined) {
    throw invalid('fs-name needs mgs-ip-address: Azure names the file systems that it creates');
  }
  const skuName = mustBeGiven('sku-name', given['sku-name']);
  const maintenanceWindow = {
    dayOfWeek: mustBeGiven('maintenance-day-of-week', given['maintenance-day-of-week']),
    timeOfDayUTC: mustBeGiven('maintenance-time-of-day-utc', given['maintenance-time-of-day-utc']),
  };
  const location = canonicalLocation(fromConfig('location', given.location, config, 'location'));
  const resourceGroup = fromConfig(
    'resource-group-name',
    given['resource-group-name'],
    config,
    'resourceGroup',
  );
  const subnetId = subnetIdFor(given, config);
  return { skuName, resourceGroup, location, subnetId, maintenanceWindow, ...settingsFor(given) };
}

/** What depends on what Azure offers in the location. */
interface Place extends Pick<Creation, 'skuName' | 'sku' | 'zone'> {
  readonly obstacle?: DriverError;
}

/** @throws DriverError unavailable where the SKUs cannot be listed */
async function placeFor(
  { skuName, location }: Pick<Creation, 'skuName' | 'location'>,
  givenZone: string | undefined,
  topology: TopologyRequirement,
  skus: Pick<SkuCatalogue, 'find'>,
): Promise<Place> {
  let sku: SkuFacts | undefined;
  try {
    sku = await skus.find(skuName, location);
    return { skuName: sku.name, sku, zone: zoneFor(givenZone, sku, topology) };
  } catch (error) {
    const failure: unknown = toDriverError(error, 'cannot list the SKUs of Azure Managed Lustre', 'lookup');
    if (!isFinal(failure)) throw failure;
    return { skuName: sku?.name ?? usualSpelling(skuName), sku, zone: givenZone, obstacle: failure };
  }
}

/** Of a SKU that Azure does not list (any more): file systems that have it tell it so. */
const usualSpelling = (skuName: string): string =>
  skuName.replace(/^amlfs-durable-premium-/i, 'AMLFS-Durable-Premium-');

/** What the file system has beside its place and size. */
function settingsFor(
  given: AmlParameters,
): Pick<Creation, 'identities' | 'tags' | 'rootSquash' | 'encryptionKey' | 'hsm' | 'jobs'> {
  const identities = given.identities ?? [];
  const encryptionKey = encryptionKeyFor(given);
  if (encryptionKey && identities.length === 0) {
    throw invalid('key-vault-key-url needs identities: one that may use the key');
  }
  return {
    identities,
    tags: given.tags ?? {},
    rootSquash: rootSquashFor(given),
    encryptionKey,
    ...dataRepositoryFor(given),
  };
}

function subnetIdFor(given: AmlParameters, config: AzureConfig): string {
  const group =
    given['vnet-resource-group'] ??
    config.vnetResourceGroup ??
    fromConfig('vnet-resource-group', undefined, config, 'resourceGroup');
  const network = fromConfig('vnet-name', given['vnet-name'], config, 'vnetName');
  const subnet = fromConfig('subnet-name', given['subnet-name'], config, 'subnetName');
  return (
    `/subscriptions/${config.networkSubscriptionId}/resourceGroups/${group}` +
    `/providers/Microsoft.Network/virtualNetworks/${network}/subnets/${subnet}`
  );
}

/** The zone of the parameter, or else the first of the topology in which the SKU is offered. */
export function zoneFor(
  given: string | undefined,
  sku: SkuFacts,
  topology: TopologyRequirement,
): string | undefined {
  const choice = sku.zones.join(', ');
  if (sku.zones.length === 0) {
    if (given === undefined) return undefined;
    throw invalid(`zone is "${given}", but ${sku.name} has no zones in ${sku.location}: leave it out`);
  }
  if (given !== undefined) {
    if (sku.zones.includes(given)) return given;
    throw invalid(`zone is "${given}", but ${sku.name} has only the zones ${choice} in ${sku.location}`);
  }
  const zone = zonesOf(topology, sku.location).find((wanted) => sku.zones.includes(wanted));
  if (zone !== undefined) return zone;
  throw invalid(`zone must be given: ${sku.name} has the zones ${choice} in ${sku.location}`);
}

/** Zones in the order of preference. Nodes of AKS name theirs with the location: `eastus-1`. */
function zonesOf({ preferred, requisite }: TopologyRequirement, location: string): readonly string[] {
  return [...preferred, ...requisite].flatMap((segments) => {
    const zone = segments[zoneKey]?.toLowerCase();
    const prefix = `${location}-`;
    return zone?.startsWith(prefix) ? [zone.slice(prefix.length)] : [];
  });
}

/** A sub-directory named after the claim needs the claim's name, and a later call cannot ask for it. */
function checkSubDir(subDir: string | undefined, metadata: VolumeMetadata): void {
  const told: Readonly<Record<string, string | undefined>> = {
    'csi.storage.k8s.io/pvc/name': metadata.pvcName,
    'csi.storage.k8s.io/pvc/namespace': metadata.pvcNamespace,
    'csi.storage.k8s.io/pv/name': metadata.pvName,
  };
  const missing = contextKeysOf(subDir ?? '').find((key) => key in told && !told[key]);
  if (missing !== undefined) {
    throw invalid(`sub-dir is "${subDir}", but the request has no "${missing}": ${howToGet(missing)}`);
  }
}

function mustBeGiven<T>(parameter: keyof AmlParameters, value: T | undefined): T {
  if (value !== undefined) return value;
  throw invalid(
    `${parameter} must be given: the StorageClass has no mgs-ip-address, so that a file system is created`,
  );
}

function fromConfig(
  parameter: keyof AmlParameters,
  value: string | undefined,
  config: AzureConfig,
  field: 'location' | 'resourceGroup' | 'vnetName' | 'subnetName',
): string {
  const found = value ?? config[field];
  if (found !== undefined) return found;
  throw invalid(`${parameter} must be given, as ${config.file} has no ${field}`);
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
