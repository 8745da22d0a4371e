import {
  DriverError,
  Faults,
  isFinal,
  type FileSystemPlan,
  type TopologyRequirement,
  type VolumeMetadata,
  type VolumeRequest,
} from '@lustre-csi/core';
import type { AzureConfig } from '../parameters/azure-config.js';
import { toDriverError } from '../api/errors.js';
import { inspectMutableParameters } from '../parameters/mutable-parameters.js';
import { zoneKey } from '../node/node-zone.js';
import { amlParameterSchema, type AmlParameters } from '../parameters/parameters.js';
import type { SkuCatalogue, SkuFacts } from '../api/skus.js';
import { contextKeysOf, howToGet } from '../node/sub-dir.js';
import { withTags } from '../parameters/tags.js';
import { staticCapacity } from './capacity-rules.js';
import { creationFor, type Creation } from './creation-settings.js';
import { attribute } from './to-file-system.js';
import { staticVolume } from './to-volume.js';
import { resourceName } from './resource-name.js';

/** Plan for a file system, or for a volume of an existing one. */
export interface AmlPlan extends FileSystemPlan {
  /** Name of the ARM resource. */
  readonly resourceName: string;
  /** Sub-directory with unresolved variables. */
  readonly subDir: string | undefined;
  readonly metadata: VolumeMetadata;
  /** Settings of the creation. Absent where the StorageClass has mgs-ip-address: `existingVolume` then refers to a file
   *  system of another owner, so that there is nothing to look up, to create or to delete. */
  readonly creation?: Creation;
}

/** Reads the parameters of a request, with the defaults of azure.json. Wrong parameters are thrown before any call. A
 *  conflict with the SKUs of the location becomes the plan's refusal instead: an existing file system already has its
 *  SKU and its zone.
 *  @throws DriverError invalid-argument naming the parameter, unavailable where the SKUs cannot be listed */
export async function planFor(
  request: VolumeRequest,
  config: AzureConfig,
  skus: Pick<SkuCatalogue, 'find'>,
): Promise<AmlPlan> {
  const faults = new Faults();
  const given = parametersOf(request, faults);
  const subDir = given['sub-dir'];
  const { name: volumeName, metadata } = request;
  const common = { volumeName, resourceName: resourceName(volumeName), subDir, metadata };
  faults.attempt(['sub-dir'], () => checkSubDir(subDir, metadata));
  const mgsAddress = given['mgs-ip-address'];
  if (mgsAddress !== undefined) {
    faults.throwIfAny();
    const existingVolume = staticVolume({
      ...common,
      mgsAddress,
      fsname: given['fs-name'],
      resourceGroup: given['resource-group-name'],
      capacity: staticCapacity(request.capacityRange),
    });
    return { ...common, listingScope: '', attributes: {}, existingVolume };
  }
  // Another process may have started this creation with the configuration: the error must not be final.
  if (config.missing !== undefined) {
    faults.throwIfAny();
    throw new DriverError('unavailable', config.missing);
  }
  const settings = creationFor(given, config, faults);
  const { refusal, ...place } = await placeFor(settings, given.zone, request.topology, skus);
  const creation = { ...settings, ...place };
  return {
    ...common,
    listingScope: creation.resourceGroup.toLowerCase(),
    attributes: attributesOf(creation, given.zone, subDir),
    creation,
    ...(refusal ? { refusal: refusal } : {}),
  };
}

/** Merges the parameters: a VolumeAttributesClass takes precedence over the StorageClass; tags of both are merged. */
function parametersOf({ parameters, mutableParameters }: VolumeRequest, faults: Faults): AmlParameters {
  const { values: given, ...found } = amlParameterSchema.inspect(parameters);
  const { values: mutable, ...foundInMutable } = inspectMutableParameters(mutableParameters);
  faults.add(found);
  faults.add(foundInMutable);
  const { tags } = mutable;
  const merged = tags && faults.attempt(['tags'], () => withTags(given.tags ?? {}, tags));
  return { ...given, ...mutable, ...(merged ? { tags: merged } : {}) };
}

/** Attributes with which the file system must have been created, in the spelling of `to-file-system.ts`. Mutable settings
 *  are left out: a modified volume is still the same. So is a zone that the topology decided: another call for the same
 *  volume may have another preference. */
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

/** Settings that depend on Azure's offer in the location. */
interface Place extends Pick<Creation, 'skuName' | 'sku' | 'zone'> {
  readonly refusal?: DriverError;
}

/** Chooses SKU and zone from Azure's offer.
 *  @throws DriverError unavailable where the SKUs cannot be listed */
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
    return { skuName: sku?.name ?? usualSpelling(skuName), sku, zone: givenZone, refusal: failure };
  }
}

/** Spelling of a SKU that Azure does not list (any more), as existing file systems show it. */
const usualSpelling = (skuName: string): string =>
  skuName.replace(/^amlfs-durable-premium-/i, 'AMLFS-Durable-Premium-');

/** Chooses the zone: that of the parameter, or else the first of the topology in which the SKU is offered. */
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

/** Lists the zones of a topology in the order of preference. Labels of AKS nodes contain the location: `eastus-1`. */
function zonesOf({ preferred, requisite }: TopologyRequirement, location: string): readonly string[] {
  return [...preferred, ...requisite].flatMap((segments) => {
    const zone = segments[zoneKey]?.toLowerCase();
    const prefix = `${location}-`;
    return zone?.startsWith(prefix) ? [zone.slice(prefix.length)] : [];
  });
}

/** Refuses a sub-directory whose variables the request cannot resolve: no later call contains the name of the claim. */
function checkSubDir(subDir: string | undefined, metadata: VolumeMetadata): void {
  const sent = new Map([
    ['csi.storage.k8s.io/pvc/name', metadata.pvcName],
    ['csi.storage.k8s.io/pvc/namespace', metadata.pvcNamespace],
    ['csi.storage.k8s.io/pv/name', metadata.pvName],
  ]);
  const missing = contextKeysOf(subDir ?? '').find((key) => sent.has(key) && !sent.get(key));
  if (missing !== undefined) {
    throw invalid(`sub-dir is "${subDir}", but the request has no "${missing}": ${howToGet(missing)}`);
  }
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
