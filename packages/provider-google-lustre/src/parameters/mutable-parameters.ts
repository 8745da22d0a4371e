import {
  ParameterSchema,
  parameter,
  throwFaults,
  type FoundFaults,
  type ParameterValues,
} from '@lustre-csi/core';
import { parseAccessRules, squashIds, squashModes } from './access-rules.js';
import { DRIVER_NAME } from './driver-name.js';
import { parseLabels } from './labels.js';
import { weekdays } from './maintenance.js';

/** Longest description of an instance. */
const MAX_DESCRIPTION = 2048;

/** Parameters that a VolumeAttributesClass may contain; a StorageClass takes them, too. */
export const mutableParameters = {
  labels: parameter.parsed({
    description:
      'Labels of the instance besides those that the driver writes. A VolumeAttributesClass adds labels and changes their ' +
      'values; it removes none.',
    example: 'team=research,cost-center=42',
    legal: 'key=value pairs of lower-case letters, digits, "_" and "-", separated by commas',
    read: parseLabels,
  }),
  description: parameter.parsed({
    description: `Description of the instance; cut after ${MAX_DESCRIPTION} characters.`,
    example: 'scratch space of the training cluster',
    defaultsTo: 'none',
    legal: 'any text',
    read: (text) => text.slice(0, MAX_DESCRIPTION),
  }),
  squashMode: parameter.oneOf({
    description:
      'Root squash: with `ROOT_SQUASH` the servers execute requests of root as another user. That user must be allowed to ' +
      'write where the driver creates directories, or `accessRules` must exempt the nodes.',
    example: 'ROOT_SQUASH',
    defaultsTo: '`NO_SQUASH`',
    values: squashModes,
  }),
  squashUid: parameter.integer({
    description: 'The id of that other user. Needs `squashMode`.',
    example: '65534',
    defaultsTo: 'Google’s choice',
    ...squashIds,
  }),
  squashGid: parameter.integer({
    description: 'The id of the group of that other user. Needs `squashMode`.',
    example: '65534',
    defaultsTo: 'Google’s choice',
    ...squashIds,
  }),
  accessRules: parameter.parsed({
    description:
      'Clients with another root squash than `squashMode`, in the form of the API. An empty list removes all.',
    example: '[{"name":"admins","ipAddressRanges":["10.0.0.0/24"],"squashMode":"NO_SQUASH"}]',
    defaultsTo: 'none',
    legal: 'a JSON array of objects with name, ipAddressRanges and squashMode',
    read: parseAccessRules,
  }),
  maintenanceDayOfWeek: parameter.oneOf({
    description: 'Day of the weekly maintenance window. Needs `maintenanceStartTime`.',
    example: 'SUNDAY',
    defaultsTo: 'Google’s choice',
    values: weekdays,
  }),
  maintenanceStartTime: parameter.string({
    description: 'Start of the maintenance window, in UTC. Needs `maintenanceDayOfWeek`.',
    example: '22:00',
    defaultsTo: 'Google’s choice',
    pattern: /^([01]?[0-9]|2[0-3]):[0-5][0-9]$/,
    legal: 'HH:MM from 00:00 to 23:59',
  }),
};

export const mutableParameterSchema = new ParameterSchema(DRIVER_NAME, mutableParameters, {
  caseInsensitive: true,
  ignoresSeparators: true,
});

/** Parsed parameters of a VolumeAttributesClass. */
export type MutableParameters = ParameterValues<typeof mutableParameters>;

const folded = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

const allowed = new Set(Object.keys(mutableParameters).map(folded));

/** Reads the parameters of a VolumeAttributesClass.
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
  const entries = Object.entries(given);
  const unknown = entries
    .filter(([key]) => !allowed.has(folded(key)))
    .map(
      ([key]) =>
        `a VolumeAttributesClass cannot have the parameter "${key}"; legal: ${Object.keys(mutableParameters).join(', ')}`,
    );
  const known = Object.fromEntries(entries.filter(([key]) => allowed.has(folded(key))));
  const { values, ...found } = mutableParameterSchema.inspect(known);
  return { values, faults: [...unknown, ...found.faults], doubtful: found.doubtful };
}
