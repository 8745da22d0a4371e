import { lustreLocations } from '../subscriptions/skus.js';
import { ArmError } from './arm-error.js';

/** Stable versions of Microsoft.StorageCache that have Managed Lustre; every client defaults to one of them. */
const storageCache = ['2023-05-01', '2024-03-01', '2024-07-01', '2025-07-01', '2026-01-01', '2026-08-01'];
const since = (first: string): readonly string[] => storageCache.filter((version) => version >= first);
const tags = [
  '2019-10-01',
  '2020-06-01',
  '2020-10-01',
  '2021-01-01',
  '2021-04-01',
  '2022-09-01',
  '2024-03-01',
];
const network = ['2023-09-01', '2024-01-01', '2024-05-01', '2025-01-01', '2025-05-01'];

/** Api-versions that each resource type speaks; names in the provider's own case. */
const versionsOf: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries<readonly string[]>({
    'Microsoft.StorageCache/amlFilesystems': storageCache,
    'Microsoft.StorageCache/amlFilesystems/importJobs': since('2024-03-01'),
    'Microsoft.StorageCache/amlFilesystems/autoImportJobs': since('2025-07-01'),
    'Microsoft.StorageCache/amlFilesystems/autoExportJobs': since('2024-07-01'),
    'Microsoft.StorageCache/amlFilesystems/expansionJobs': since('2026-01-01'),
    'Microsoft.StorageCache/skus': storageCache,
    'Microsoft.StorageCache/checkAmlFSSubnets': storageCache,
    'Microsoft.StorageCache/getRequiredAmlFSSubnetsSize': storageCache,
    'Microsoft.StorageCache/locations/usages': storageCache,
    'Microsoft.StorageCache/locations/ascOperations': storageCache,
    'Microsoft.StorageCache/operations': storageCache,
    'Microsoft.Resources/tags': tags,
    'Microsoft.Network/virtualNetworks': network,
    'Microsoft.Network/virtualNetworks/usages': network,
    'Microsoft.Network/virtualNetworks/subnets': network,
    'Microsoft.Network/networkSecurityGroups': network,
    'Microsoft.Authorization/permissions': ['2015-07-01', '2018-07-01', '2022-04-01'],
  }),
);

/** Refuses a request whose api-version this resource type does not speak.
 * @throws ArmError MissingApiVersionParameter or NoRegisteredProviderFound */
export function checkApiVersion(resourceType: string, apiVersion: string | undefined): string {
  if (apiVersion === undefined || apiVersion === '') {
    throw new ArmError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  const supported = versionsOf.get(resourceType) ?? [];
  if (supported.includes(apiVersion)) return apiVersion;
  const [, ...type] = resourceType.split('/');
  throw new ArmError(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for location '' and API version '${apiVersion}' for type ` +
      `'${type.join('/')}'. The supported api-versions are '${supported.join(', ')}'. ` +
      `The supported locations are '${lustreLocations.join(', ')}'.`,
  );
}

/** Error of ARM for a path that no resource provider serves. */
export function unknownResourceType(path: string, apiVersion: string | undefined): ArmError {
  const match = /\/providers\/([^/]+)\/([^/?]+)/i.exec(path);
  const namespace = match?.[1] ?? '';
  const type = match?.[2] ?? '';
  const types = [...versionsOf.keys()].filter((known) =>
    known.toLowerCase().startsWith(`${namespace.toLowerCase()}/`),
  );
  if (!match || types.length === 0) {
    return new ArmError(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`);
  }
  return new ArmError(
    404,
    'InvalidResourceType',
    `The resource type '${type}' could not be found in the namespace '${namespace}' for api version ` +
      `'${apiVersion ?? ''}'. The supported api-versions are '${(versionsOf.get(types[0] ?? '') ?? []).join(',')}'.`,
  );
}
