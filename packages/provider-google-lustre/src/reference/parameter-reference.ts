import { parameterSections } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from '../parameters/driver-name.js';
import { mutableParameters } from '../parameters/mutable-parameters.js';
import { managedLustreParameterSchema } from '../parameters/parameters.js';

/** Renders the reference page, in Markdown. The text about a parameter comes from its declaration. */
export function parameterReference(): string {
  return [
    `# Parameters of \`${DRIVER_NAME}\``,
    'Google Cloud Managed Lustre. This page is generated from the declarations that the driver reads parameters with: run ' +
      '`npm run generate` after a change. Names are read in any case, and without regard to `-` and `_`. Every value in a ' +
      'StorageClass is a string; numbers need quotes.',
    'Not on this page: [what every driver takes](volume-settings.md) (how nodes mount, `mountSharing`, owner and ' +
      'permissions of sub-directories, client tuning), PersistentVolumes written by hand, and claims that are ' +
      '[directories of a file system](../guides/directories.md) (`provisioningMode`, `instance`).',
    '## How parameters work together',
    rules.map((rule) => `- ${rule}`).join('\n'),
    '## StorageClass',
    ...parameterSections(managedLustreParameterSchema, (name) => Object.hasOwn(mutableParameters, name)),
    '## VolumeAttributesClass',
    'The parameters above that are marked as mutable, and no others. Parameters that differ from the instance go into one ' +
      'update of it; those that already apply need no call, and parameters that are not named are not touched. A ' +
      'modification waits while Google works on another update.',
    Object.keys(mutableParameters)
      .map((name) => `- [\`${name}\`](#${name.toLowerCase()})`)
      .join('\n'),
    '## VolumeSnapshotClass',
    'None: Managed Lustre has no snapshots.',
  ].join('\n\n');
}

/** Rules that concern several parameters. */
const rules: readonly string[] = [
  '**Sizes are rounded up** to the next step of the throughput, within the limit of the claim: 9000Gi at 1000 MB/s per ' +
    'TiB, 18000Gi at 500, 36000Gi at 250, 72000Gi at 125, 472000Gi with the dynamic tier. Large instances have larger steps, ' +
    'and an instance that was created below that threshold cannot be expanded beyond it.',
  '**The zone** is the first that the request prefers, then the first that it allows (`topology.gke.io/zone`), then that of ' +
    'the controller. Write `allowedTopologies` into the StorageClass, or `volumeBindingMode: WaitForFirstConsumer`.',
  '**Nodes of all zones can mount** an instance of their network. Those of its own zone are the fastest.',
  '**A VolumeAttributesClass takes precedence.** Where it and the StorageClass of a new volume have the same parameter, that ' +
    'of the VolumeAttributesClass applies; `labels` of both are merged.',
  '**The same request gets the same volume.** When a volume is requested again, the driver compares size, throughput, ' +
    'network, dynamic tier, and where they are given `filesystem` and `kmsKey`; a difference is the error ALREADY_EXISTS. ' +
    'Mutable parameters are not compared.',
  '**A failed creation is repeated twice.** Google deletes an instance whose creation fails, for example in a stockout. The ' +
    'driver finds the record of the failed operation, reports its reason, deletes the record and creates the instance again; ' +
    'after three failures the claim gets the error RESOURCE_EXHAUSTED with the last reason.',
  '**PersistentVolumes written by hand** have the handle `PROJECT/ZONE/INSTANCE`, and the attributes `ip` and `filesystem`, or ' +
    '`mountpoint` (`10.90.0.2@tcp:/lfs`), which takes precedence and may end with a directory. `iamAccessControlEnabled: "true"` ' +
    'is refused: this driver has no IAM mounts.',
];
