import { ParameterSchema, parameter, type ParameterValues } from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { mutableParameters } from './mutable-parameters.js';
import { parseNetwork } from './network.js';

/** Parameters that are fixed when an instance is created; the first ones in the spelling of lustre-csi-driver of Google. */
const fixed = {
  perUnitStorageThroughput: parameter.oneOf({
    description:
      'Throughput in MB/s for each TiB. It decides the smallest size of a volume and the steps of its size. Required, except ' +
      'with `dynamicTier: DEFAULT_CACHE`.',
    example: '1000',
    values: ['125', '250', '500', '1000'],
  }),
  network: parameter.parsed({
    description:
      'VPC network of the instance. It needs private services access with a free /23 range, and the nodes must be in it or ' +
      'in a network that reaches it. Of a shared VPC, write the full name in the host project.',
    example: 'projects/host-project/global/networks/lustre-network',
    defaultsTo: '`default`',
    legal: 'the name of a VPC network, or projects/PROJECT/global/networks/NETWORK',
    read: parseNetwork,
  }),
  filesystem: parameter.string({
    description:
      'Lustre fsname of the instances. All volumes of the class then have the same name: avoid it where a node mounts ' +
      'several of them.',
    example: 'training',
    defaultsTo: 'a name of its own for each volume, such as `lfs4k2d9`',
    pattern: /^[A-Za-z][A-Za-z0-9]{0,7}$/,
    legal: '1 to 8 letters and digits, beginning with a letter',
  }),
  kmsKey: parameter.string({
    description:
      'Key of Cloud KMS that encrypts the data, instead of one of Google. It must be in the region of the zone.',
    example: 'projects/key-project/locations/us-central1/keyRings/lustre/cryptoKeys/lustre',
    defaultsTo: 'a key that Google manages',
    pattern: /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/,
    legal: 'projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY',
  }),
  placementPolicy: parameter.string({
    description: 'Placement policy that keeps the instance near the nodes.',
    example: 'projects/lustre-project/locations/us-central1-a/resourcePolicies/near',
    defaultsTo: 'none',
    pattern: /^projects\/[^/]+\/(locations|regions|zones)\/[^/]+\/resourcePolicies\/[^/]+$/,
    legal: 'projects/PROJECT/locations/ZONE/resourcePolicies/POLICY',
  }),
  dynamicTier: parameter.oneOf({
    description: 'Dynamic tier: `DEFAULT_CACHE` moves cold data to cheaper disks behind a cache.',
    example: 'DEFAULT_CACHE',
    defaultsTo: '`DISABLED`',
    values: ['DISABLED', 'DEFAULT_CACHE'],
  }),
  importPath: parameter.string({
    description:
      'Cloud Storage path whose objects are imported before the volume is ready. The service agent of Managed Lustre needs ' +
      'the role Storage Object Viewer on the bucket.',
    example: 'gs://training-data/raw/',
    defaultsTo: 'no import',
    pattern: /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}\/([^\s]*\/)?$/,
    legal: 'gs://BUCKET/ or gs://BUCKET/PREFIX/, with a slash at the end',
  }),
};

/** StorageClass parameters of Managed Lustre. */
export const managedLustreParameters = { ...fixed, ...mutableParameters };

/** Schema of a StorageClass. It ignores case, "-" and "_" in names, like lustre-csi-driver of Google. */
export const managedLustreParameterSchema = new ParameterSchema(DRIVER_NAME, managedLustreParameters, {
  caseInsensitive: true,
  ignoresSeparators: true,
  foreign: new Map([
    ['tags', 'write "labels"'],
    ['zone', 'write allowedTopologies of the StorageClass, with topology.gke.io/zone'],
    ['vpc', 'write "network"'],
    ['instance', 'with provisioningMode "directory" only'],
    ['provisioningmode', 'legal here: directory, filesystem'],
  ]),
});

/** Parsed parameters of a StorageClass. */
export type ManagedLustreParameters = ParameterValues<typeof managedLustreParameters>;
