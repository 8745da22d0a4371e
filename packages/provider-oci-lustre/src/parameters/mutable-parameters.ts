import {
  ParameterSchema,
  parameter,
  throwFaults,
  type FoundFaults,
  type ParameterValues,
} from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { jsonTexts } from './json-values.js';
import { parseTags } from './tags.js';

/** Ids that Lustre can squash to. */
const ids = { min: 0, max: 4_294_967_295 };

/** OCID of a resource of this type. */
export const ocid = (type: string): RegExp => new RegExp(`^ocid1\\.${type}\\.[!-~]+$`);

/** Parameters that a VolumeAttributesClass may contain; a StorageClass takes them, too. */
export const mutableParameters = {
  nsgIds: parameter.parsed({
    description:
      'Network security groups of the file system, as a JSON array of OCIDs. In a VolumeAttributesClass they replace those ' +
      'that it has.',
    example: '["ocid1.networksecuritygroup.oc1.phx.exampleuniqueid"]',
    legal: 'a JSON array of at most 5 OCIDs of network security groups',
    read: (text) => jsonTexts(text, ocid('networksecuritygroup'), 5),
  }),
  kmsKeyId: parameter.string({
    description:
      'Key of a vault that encrypts the file system, instead of one of Oracle. Needs a policy that lets the service use it.',
    example: 'ocid1.key.oc1.phx.examplevault.exampleuniqueid',
    pattern: ocid('key'),
    legal: 'the OCID of a key',
    defaultsTo: 'a key that Oracle manages',
  }),
  rootSquashEnabled: parameter.boolean({
    description:
      'Squashes requests of root: the file system executes them as another user, who must then be allowed to write where ' +
      'the driver creates directories.',
    example: 'true',
    defaultsTo: '`false`',
  }),
  rootSquashUid: parameter.integer({
    description: 'The id of that other user. Needs `rootSquashEnabled`.',
    example: '65534',
    defaultsTo: '`65534`',
    ...ids,
  }),
  rootSquashGid: parameter.integer({
    description: 'The id of the group of that other user. Needs `rootSquashEnabled`.',
    example: '65534',
    defaultsTo: '`65534`',
    ...ids,
  }),
  rootSquashClientExceptions: parameter.parsed({
    description:
      'Clients whose root is not squashed, as a JSON array of addresses, NIDs, or ranges of them. Needs `rootSquashEnabled`.',
    example: '["10.0.2.4", "10.0.1.[2-9]@tcp"]',
    defaultsTo: 'none',
    legal:
      'a JSON array of at most 10 addresses, NIDs, or ranges of them, such as 10.0.2.4 or 10.0.1.[2-9]@tcp',
    read: (text) => jsonTexts(text, /^[0-9A-Fa-f:.[\]\-*,/]+(?:@[a-z]+[0-9]*)?$/, 10),
  }),
  maintenanceDayOfWeek: parameter.oneOf({
    description: 'Day of the maintenance window. Needs `maintenanceTimeStart`.',
    example: 'SUNDAY',
    defaultsTo: 'Oracle’s choice',
    values: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'],
  }),
  maintenanceTimeStart: parameter.string({
    description: 'Start of the maintenance window, in UTC. Needs `maintenanceDayOfWeek`.',
    example: '22:00',
    defaultsTo: 'Oracle’s choice',
    pattern: /^([01][0-9]|2[0-3]):[0-5][0-9]$/,
    legal: 'HH:MM from 00:00 to 23:59',
  }),
  'oci.oraclecloud.com/initial-freeform-tags-override': parameter.parsed({
    description:
      'Free-form tags besides those that the driver writes, as a JSON object. A VolumeAttributesClass adds tags and changes ' +
      'their values; it removes none.',
    example: '{"team":"research"}',
    legal: 'a JSON object of at most 7 tags',
    read: parseTags,
  }),
};

/** Key of the free-form tags, in the spelling of Oracle's driver. */
export const FREEFORM_TAGS = 'oci.oraclecloud.com/initial-freeform-tags-override';

export const mutableParameterSchema = new ParameterSchema(DRIVER_NAME, mutableParameters);

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
  const unknown = Object.keys(given).filter((key) => !allowed.includes(key));
  const known = Object.fromEntries(Object.entries(given).filter(([key]) => allowed.includes(key)));
  const { values, faults, doubtful } = mutableParameterSchema.inspect(known);
  const notMutable = unknown.map(
    (key) => `a VolumeAttributesClass cannot have the parameter "${key}"; legal: ${allowed.join(', ')}`,
  );
  return { values, doubtful, faults: [...notMutable, ...faults, ...halfWindow(values, doubtful)] };
}

/** Half of a maintenance window; none where a part of it has another fault. */
function halfWindow(
  { maintenanceDayOfWeek: day, maintenanceTimeStart: time }: MutableParameters,
  doubtful: ReadonlySet<string>,
): readonly string[] {
  if (doubtful.has('maintenanceDayOfWeek') || doubtful.has('maintenanceTimeStart')) return [];
  if ((day === undefined) === (time === undefined)) return [];
  return ['maintenanceDayOfWeek and maintenanceTimeStart need each other'];
}
