import { ArmError, invalidParameter, propertyChangeNotAllowed } from '../arm/arm-error.js';
import { sameName } from '../arm/arm-id.js';
import { findLustreSku, lustreLocations, type LustreSku } from '../subscriptions/skus.js';
import type { RequestedFileSystem } from './requested-file-system.js';

const namePattern = /^[0-9a-zA-Z][-0-9a-zA-Z_]{0,78}[0-9a-zA-Z]$/;

/** Checks the name of a file system or job. @throws ArmError InvalidResourceName */
export function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw new ArmError(
    400,
    'InvalidResourceName',
    `The resource name '${name}' is invalid: it must match ${namePattern.source}, 2 to 80 characters.`,
  );
}

/** Checks a requested file system against the SKU catalogue. @throws ArmError 400 @returns the SKU */
export function checkAgainstCatalogue(spec: RequestedFileSystem): LustreSku {
  if (!lustreLocations.includes(spec.location)) {
    throw new ArmError(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${spec.location}' is not available for resource type ` +
        `'Microsoft.StorageCache/amlFilesystems'. List of available regions for the resource type is ` +
        `'${lustreLocations.join(',')}'.`,
    );
  }
  const sku = usableSku(spec.skuName, spec.location);
  checkCapacity(spec.capacityTiB, sku);
  checkZones(spec.zones, sku);
  checkKeyAccess(spec);
  return sku;
}

/** The SKU of that name, if this subscription may use it there. @throws ArmError */
export function usableSku(name: string, location: string): LustreSku {
  const sku = findLustreSku(name, location);
  if (!sku)
    throw invalidParameter('sku.name', `The SKU '${name}' is not available in location '${location}'.`);
  if (sku.restricted) {
    throw new ArmError(
      409,
      'SkuNotAvailable',
      `The SKU '${name}' is not available for this subscription in location '${location}'.`,
    );
  }
  return sku;
}

/** Checks a size. @throws ArmError InvalidParameter where the size is no step of the SKU, or beyond its maximum */
export function checkCapacity(capacityTiB: number, sku: LustreSku): void {
  const target = 'properties.storageCapacityTiB';
  if (capacityTiB < sku.stepTiB || capacityTiB % sku.stepTiB !== 0) {
    throw invalidParameter(
      target,
      `The storage capacity of ${sku.name} must be a multiple of ${sku.stepTiB} TiB, not ${capacityTiB} TiB.`,
    );
  }
  if (capacityTiB > sku.maximumTiB) {
    throw invalidParameter(
      target,
      `The storage capacity of ${sku.name} is at most ${sku.maximumTiB} TiB, not ${capacityTiB} TiB.`,
    );
  }
}

function checkZones(zones: readonly string[], sku: LustreSku): void {
  if (sku.zones.length === 0) {
    if (zones.length === 0) return;
    throw invalidParameter('zones', `${sku.name} has no availability zones in this location.`);
  }
  const [zone] = zones;
  if (zones.length === 1 && zone !== undefined && sku.zones.includes(zone)) return;
  throw invalidParameter(
    'zones',
    `Exactly one zone out of ${sku.zones.join(', ')} is needed for ${sku.name}, not '${zones.join(',')}'.`,
  );
}

function checkKeyAccess(spec: RequestedFileSystem): void {
  if (spec.encryptionSettings === undefined || spec.identity?.['type'] === 'UserAssigned') return;
  throw invalidParameter(
    'identity',
    'encryptionSettings needs a user assigned identity that may use the key encryption key.',
  );
}

/** Refuses a PUT over an existing file system that changes settings of its creation. @throws ArmError */
export function checkCreateOnly(
  existing: RequestedFileSystem & { readonly name: string },
  wanted: RequestedFileSystem,
): void {
  if (existing.location !== wanted.location) {
    throw new ArmError(
      409,
      'InvalidResourceLocation',
      `The resource '${existing.name}' already exists in location '${existing.location}'. A resource with the ` +
        `same name cannot be created in location '${wanted.location}'. Please select a new resource name.`,
    );
  }
  const changed = createOnly.find(([, same]) => !same(existing, wanted));
  if (changed) throw propertyChangeNotAllowed(changed[0]);
}

type SameProperty = (a: RequestedFileSystem, b: RequestedFileSystem) => boolean;

const createOnly: readonly (readonly [property: string, same: SameProperty])[] = [
  ['sku.name', (a, b) => sameName(a.skuName, b.skuName)],
  ['properties.storageCapacityTiB', (a, b) => a.capacityTiB === b.capacityTiB],
  ['properties.filesystemSubnet', (a, b) => sameName(a.subnetId, b.subnetId)],
  ['zones', (a, b) => a.zones.join() === b.zones.join()],
  ['properties.hsm', (a, b) => sameJson(a.hsmSettings, b.hsmSettings)],
];

/** Reports that two parts of a body have the same content, in the same order. */
export const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
