import { DriverError, type Faults } from '@lustre-csi/core';
import type { AzureConfig } from '../parameters/azure-config.js';
import { dataRepositoryFor, type DataJobs, type HsmSettings } from '../parameters/data-repository.js';
import { encryptionKeyFor, type EncryptionKey } from '../parameters/encryption.js';
import type { AmlParameters } from '../parameters/parameters.js';
import { rootSquashFor, type RootSquash } from '../parameters/root-squash.js';
import { canonicalLocation, type SkuFacts } from '../api/skus.js';
import type { Tags } from '../parameters/tags.js';

/** Settings of the creation of a file system, without its capacity. */
export interface Creation {
  readonly skuName: string;
  /** Facts of the SKU; absent where Azure does not offer it, which is the plan's refusal. */
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
  /** Jobs that are created as soon as the file system is usable. */
  readonly jobs: DataJobs;
}

/** Parameters of root squash, and of the key. */
const rootSquashNames = ['root-squash-mode', 'root-squash-uid', 'root-squash-gid', 'no-squash-nids'];
const keyNames = ['key-vault-key-url', 'key-vault-id'];

type Name = keyof AmlParameters;
type ConfigField = 'location' | 'resourceGroup' | 'vnetName' | 'subnetName';

/** Computes the settings that follow from the parameters alone.
 *  @param faults has the faults of the reading; those of the settings are added
 *  @throws DriverError invalid-argument naming all faults */
export function creationFor(
  given: AmlParameters,
  config: AzureConfig,
  faults: Faults,
): Omit<Creation, 'sku' | 'zone'> {
  faults.attempt(['fs-name', 'mgs-ip-address'], () => refuseFsName(given));
  const required = (name: Name): string =>
    faults.attempt([name, 'mgs-ip-address'], () => mustBeGiven(name, given[name] as string | undefined)) ??
    '';
  const configured = (name: Name, field: ConfigField): string =>
    faults.attempt([name], () => fromConfig(name, given[name] as string | undefined, config, field)) ?? '';
  const settings = {
    skuName: required('sku-name'),
    maintenanceWindow: {
      dayOfWeek: required('maintenance-day-of-week'),
      timeOfDayUTC: required('maintenance-time-of-day-utc'),
    },
    location: canonicalLocation(configured('location', 'location')),
    resourceGroup: configured('resource-group-name', 'resourceGroup'),
    subnetId: subnetIdFor(given, config, configured),
    ...settingsFor(given, faults),
  };
  faults.throwIfAny();
  return settings;
}

function refuseFsName(given: AmlParameters): void {
  if (given['fs-name'] === undefined) return;
  throw invalid('fs-name needs mgs-ip-address: Azure names the file systems that it creates');
}

/** Computes the settings besides place and size. */
function settingsFor(
  given: AmlParameters,
  faults: Faults,
): Pick<Creation, 'identities' | 'tags' | 'rootSquash' | 'encryptionKey' | 'hsm' | 'jobs'> {
  const identities = given.identities ?? [];
  const encryptionKey = faults.attempt(keyNames, () => encryptionKeyFor(given));
  faults.attempt(['identities'], () => {
    if (!encryptionKey || identities.length > 0) return;
    throw invalid('key-vault-key-url needs identities: one that may use the key');
  });
  return {
    identities,
    tags: given.tags ?? {},
    rootSquash: faults.attempt(rootSquashNames, () => rootSquashFor(given)),
    encryptionKey,
    ...dataRepositoryFor(given, faults),
  };
}

function subnetIdFor(
  given: AmlParameters,
  config: AzureConfig,
  configured: (name: Name, field: ConfigField) => string,
): string {
  const group = config.vnetResourceGroup ?? '';
  const ownGroup = given['vnet-resource-group'] ?? group;
  const [network, subnet] = [configured('vnet-name', 'vnetName'), configured('subnet-name', 'subnetName')];
  return (
    `/subscriptions/${config.networkSubscriptionId}` +
    `/resourceGroups/${ownGroup || configured('vnet-resource-group', 'resourceGroup')}` +
    `/providers/Microsoft.Network/virtualNetworks/${network}/subnets/${subnet}`
  );
}

function mustBeGiven(parameter: Name, value: string | undefined): string {
  if (value !== undefined) return value;
  throw invalid(
    `${parameter} must be given: the StorageClass has no mgs-ip-address, so that the driver creates a file system`,
  );
}

function fromConfig(
  parameter: Name,
  value: string | undefined,
  config: AzureConfig,
  field: ConfigField,
): string {
  const found = value ?? config[field];
  if (found !== undefined) return found;
  throw invalid(`${parameter} must be given, since ${config.file} has no ${field}`);
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
