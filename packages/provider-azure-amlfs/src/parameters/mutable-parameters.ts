import {
  ParameterSchema,
  messageOf,
  throwFaults,
  type FoundFaults,
  type ParameterValues,
  parameter,
} from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { encryptionKeyFor } from './encryption.js';
import { squashIds } from './root-squash.js';
import { parseTags } from './tags.js';

/** Parameters that a VolumeAttributesClass may contain; a StorageClass takes them, too. */
export const mutableParameters = {
  'maintenance-day-of-week': parameter.oneOf({
    description: 'Day of the weekly maintenance window. Required to create a file system.',
    example: 'Sunday',
    values: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  }),
  'maintenance-time-of-day-utc': parameter.string({
    description: 'Start of the maintenance window of 30 minutes, in UTC. Required to create a file system.',
    example: '22:00',
    pattern: /^([01]?[0-9]|2[0-3]):[0-5][0-9]$/,
    legal: 'HH:MM from 00:00 to 23:59',
  }),
  'root-squash-mode': parameter.oneOf({
    description:
      'Users whose requests the file system executes as another user: none (`None`), root (`RootOnly`) or all (`All`). ' +
      'With `RootOnly` and `All`, the other user must be allowed to write where the driver creates directories for ' +
      '`sub-dir`, or `no-squash-nids` must contain the nodes.',
    example: 'RootOnly',
    defaultsTo: '`None`',
    values: ['None', 'RootOnly', 'All'],
  }),
  'root-squash-uid': parameter.integer({
    description: 'The id of that other user. Needs `root-squash-mode`.',
    example: '65534',
    defaultsTo: 'Azure’s choice',
    ...squashIds,
  }),
  'root-squash-gid': parameter.integer({
    description: 'The id of the group of that other user. Needs `root-squash-mode`.',
    example: '65534',
    defaultsTo: 'Azure’s choice',
    ...squashIds,
  }),
  'no-squash-nids': parameter.list({
    description:
      'Clients to which root squash does not apply, as Lustre NIDs; Azure calls them noSquashNidLists. Needs ' +
      '`root-squash-mode`.',
    example: '10.1.0.[4-20]@tcp,10.2.0.7@tcp',
    defaultsTo: 'none',
    item: /^[0-9[\]\-*.]+@tcp[0-9]*$/,
    legal: 'NIDs, ranges in brackets, separated by commas, such as 10.1.0.[4-20]@tcp',
  }),
  'key-vault-key-url': parameter.string({
    description:
      'Key of a Key Vault that encrypts the data of the file system, instead of one of Microsoft. Needs `key-vault-id`, ' +
      'and `identities` with an identity that may use the key. A file system that was created without an identity ' +
      'cannot get a key later.',
    example: 'https://lustre-vault.vault.azure.net/keys/lustre/0123456789abcdef0123456789abcdef',
    defaultsTo: 'a key that Microsoft manages',
    pattern: /^https:\/\/[^/]+\/keys\/[^/]+(\/[^/]+)?$/,
    legal: 'the URL of a key, https://VAULT/keys/NAME or https://VAULT/keys/NAME/VERSION',
  }),
  'key-vault-id': parameter.string({
    description: 'The Key Vault of `key-vault-key-url`.',
    example:
      '/subscriptions/12345678-1234-1234-1234-123456789abc/resourceGroups/lustre-rg/providers/' +
      'Microsoft.KeyVault/vaults/lustre-vault',
    pattern:
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.KeyVault\/vaults\/[^/]+$/i,
    legal: 'the resource id of a Key Vault',
  }),
  tags: parameter.parsed({
    description:
      'Tags of the file system besides those that the driver writes. A value may contain `=`, but no comma. A ' +
      'VolumeAttributesClass adds tags and changes their values; it removes none.',
    example: 'team=research,cost-center=42',
    legal: 'name=value pairs, separated by commas',
    read: parseTags,
  }),
};

export const mutableParameterSchema = new ParameterSchema(DRIVER_NAME, mutableParameters, {
  caseInsensitive: true,
});

/** Parsed parameters of a VolumeAttributesClass. */
export type MutableParameters = ParameterValues<typeof mutableParameters>;

/** Reads the parameters of a VolumeAttributesClass, and checks what can be checked without the file system.
 *  @throws DriverError invalid-argument naming all that is wrong, and the keys that are allowed */
export function readMutableParameters(given: Readonly<Record<string, string>>): MutableParameters {
  const { values, faults } = inspectMutableParameters(given);
  throwFaults(faults);
  return values;
}

/** Reads what can be read of the parameters of a VolumeAttributesClass, with all faults. */
export function inspectMutableParameters(
  given: Readonly<Record<string, string>>,
): FoundFaults & { readonly values: MutableParameters } {
  const allowed = Object.keys(mutableParameters);
  const isKnown = ([key]: readonly [string, string]): boolean => allowed.includes(key.toLowerCase());
  const unknown = Object.entries(given)
    .filter((entry) => !isKnown(entry))
    .map(
      ([key]) => `a VolumeAttributesClass cannot have the parameter "${key}"; legal: ${allowed.join(', ')}`,
    );
  const { values, ...found } = mutableParameterSchema.inspect(
    Object.fromEntries(Object.entries(given).filter(isKnown)),
  );
  const key = keyFault(values, found.doubtful);
  return {
    values,
    faults: [...unknown, ...found.faults, ...(key === undefined ? [] : [key])],
    doubtful: found.doubtful,
  };
}

/** Half of a key; undefined where a part of it has another fault. */
function keyFault(values: MutableParameters, doubtful: ReadonlySet<string>): string | undefined {
  if (doubtful.has('key-vault-key-url') || doubtful.has('key-vault-id')) return undefined;
  try {
    encryptionKeyFor(values);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
