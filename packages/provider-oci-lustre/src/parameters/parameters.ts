import { ParameterSchema, parameter, type ParameterValues } from '@lustre-csi/core';
import { parseCidr } from '../node/cidr.js';
import { toClientTuning } from '../node/post-mount-parameters.js';
import { DRIVER_NAME } from './driver-name.js';
import { mutableParameters, ocid } from './mutable-parameters.js';
import { parseDefinedTags } from './tags.js';

/** Parameters of a file system that do not change, in the spelling of Oracle's driver. */
const fixed = {
  subnetId: parameter.string({
    description:
      'Subnet of the file system. Required. It needs free addresses, and security rules that allow TCP 988 from the nodes, and ' +
      'TCP 988 with the source ports 512-1023 in both directions.',
    example: 'ocid1.subnet.oc1.phx.exampleuniqueid',
    pattern: ocid('subnet'),
    legal: 'the OCID of a subnet',
  }),
  performanceTier: parameter.oneOf({
    description: 'Throughput in MB/s per TB of capacity. Required.',
    example: 'MBPS_PER_TB_125',
    values: ['MBPS_PER_TB_125', 'MBPS_PER_TB_250', 'MBPS_PER_TB_500', 'MBPS_PER_TB_1000'],
  }),
  availabilityDomain: parameter.string({
    description: 'Availability domain of the file system. Required. That of the nodes is the fastest.',
    example: 'PHX-AD-1',
    pattern: /^(?:[A-Za-z0-9]+:)?[A-Za-z0-9-]+-AD-[0-9]+$/i,
    legal:
      'an availability domain, with or without the prefix of the tenancy, such as PHX-AD-1 or Uocm:PHX-AD-1',
  }),
  compartmentId: parameter.string({
    description: 'Compartment in which the file system is created.',
    example: 'ocid1.compartment.oc1..exampleuniqueid',
    pattern: /^ocid1\.(?:compartment|tenancy)\.[!-~]+$/,
    legal: 'the OCID of a compartment',
    defaultsTo: 'that of the controller: `--oci-compartment-id`',
  }),
  fileSystemName: parameter.string({
    description: 'Lustre fsname of the file system.',
    example: 'training',
    pattern: /^[A-Za-z0-9_]{1,8}$/,
    legal: '1 to 8 letters, digits or "_"',
    defaultsTo: '`pv` and the last six letters and digits of the volume name',
  }),
  clusterPlacementGroupId: parameter.string({
    description: 'Cluster placement group of the file system.',
    example: 'ocid1.clusterplacementgroup.oc1.phx.exampleuniqueid',
    pattern: ocid('clusterplacementgroup'),
    legal: 'the OCID of a cluster placement group',
    defaultsTo: 'none',
  }),
  'oci.oraclecloud.com/initial-defined-tags-override': parameter.parsed({
    description: 'Defined tags of the file system, as a JSON object of namespaces.',
    example: '{"Operations":{"CostCenter":"42"}}',
    legal: 'a JSON object of namespaces, each with its tags',
    read: parseDefinedTags,
  }),
};

/** Parameters that reach the nodes in the volume context. */
const forNodes = {
  setupLnet: parameter.boolean({
    description:
      'Makes nodes check that LNet uses an interface in `lustreSubnetCidr` before they mount the volume. Unlike Oracle’s ' +
      'driver, this one changes no network of LNet.',
    example: 'true',
    defaultsTo: '`false`',
  }),
  lustreSubnetCidr: parameter.parsed({
    description: 'Subnet of the interface that nodes use for Lustre. No effect without `setupLnet`.',
    example: '10.0.2.0/24',
    legal: 'a range of addresses, such as 10.0.2.0/24',
    defaultsTo: 'any interface',
    read: parseCidr,
  }),
  lustrePostMountParameters: parameter.parsed({
    description:
      'Parameters of the Lustre client, as a JSON array of objects; set on this one client before a pod sees it. Those that ' +
      '[`clientTuning`](volume-settings.md) allows are legal. Those of the whole node, such as `at_history`, are not set.',
    example: '[{"*.*.*MDT*.lru_size": 11200}]',
    legal: 'a JSON array of objects, such as [{"*.*.*MDT*.lru_size": 11200}]',
    defaultsTo: 'none',
    read: (text) => {
      toClientTuning(text);
      return text;
    },
  }),
};

/** Name of the defined tags, in the spelling of Oracle's driver. */
export const DEFINED_TAGS = 'oci.oraclecloud.com/initial-defined-tags-override';

/** StorageClass parameters of OCI File Storage with Lustre. */
export const lustreParameters = { ...fixed, ...mutableParameters, ...forNodes };

/** Schema of a StorageClass. */
export const lustreParameterSchema = new ParameterSchema(DRIVER_NAME, lustreParameters, {
  foreign: new Map([
    ['freeformtags', 'write "oci.oraclecloud.com/initial-freeform-tags-override"'],
    ['definedtags', 'write "oci.oraclecloud.com/initial-defined-tags-override"'],
    ['capacityingbs', 'the size belongs in the claim: spec.resources.requests.storage'],
    ['provisioningmode', 'legal here: directory, filesystem'],
    [
      'filesystemid',
      'write provisioningMode: directory beside it, for claims that are directories of the file system',
    ],
  ]),
});

/** Parsed parameters of a StorageClass. */
export type LustreParameters = ParameterValues<typeof lustreParameters>;
