import { parameterSections } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from '../parameters/driver-name.js';
import { mutableParameters } from '../parameters/mutable-parameters.js';
import { amlParameterSchema } from '../parameters/parameters.js';

/** Renders the reference page, in Markdown. The text about a parameter comes from its declaration. */
export function parameterReference(): string {
  return [
    `# Parameters of \`${DRIVER_NAME}\``,
    'Azure Managed Lustre. This page is generated from the declarations that the driver reads parameters with: run ' +
      '`npm run generate` after a change. Names are read in any case. Every value in a StorageClass is a string; numbers ' +
      'and booleans need quotes.',
    'Not on this page: [what every driver takes](volume-settings.md) (how nodes mount, `mountSharing`, owner and ' +
      'permissions of sub-directories, client tuning), PersistentVolumes written by hand, and claims that are ' +
      '[directories of a file system](../guides/directories.md) (`provisioningMode`, `file-system-name`).',
    '## How parameters work together',
    rules.map((rule) => `- ${rule}`).join('\n'),
    '## StorageClass',
    ...parameterSections(amlParameterSchema, (name) => Object.hasOwn(mutableParameters, name)),
    '## VolumeAttributesClass',
    'The parameters above that are marked as mutable, and no others. Parameters that differ from the file system go into ' +
      'one update of it; those that already apply need no call, and parameters that are not named are not touched. A ' +
      'modification waits while Azure works on another update.',
    Object.keys(mutableParameters)
      .map((name) => `- [\`${name}\`](#${name})`)
      .join('\n'),
    '## VolumeSnapshotClass',
    'None: Azure Managed Lustre has neither snapshots nor backups.',
  ].join('\n\n');
}

/** Rules that concern several parameters. */
const rules: readonly string[] = [
  '**`mgs-ip-address` decides.** With it, volumes refer to an existing file system: the driver creates and deletes ' +
    'nothing. Without it, the driver creates a file system, which needs `sku-name`, `maintenance-day-of-week` and ' +
    '`maintenance-time-of-day-utc`.',
  '**azure.json has the defaults** of location, resource group, virtual network and subnet where the StorageClass does not name them.',
  '**`zone` can be left out** where the SKU has no zones in the location, and where the request has a topology: ' +
    '`topology.kubernetes.io/zone` as AKS writes it, such as `eastus-1`. The driver takes the first preferred zone that the SKU has. ' +
    'Nodes advertise their zones where the driver runs with `--topology-zone`.',
  '**Sizes are rounded up** to the next step of the SKU, within the limit of the claim. Steps, maxima and zones are those ' +
    'that Azure reports for the SKU in the location.',
  '**A VolumeAttributesClass takes precedence.** Where it and the StorageClass of a new volume have the same parameter, that of the ' +
    'VolumeAttributesClass applies; `tags` of both are merged.',
  '**The role belongs on the subscription** ([role-definition.json](../../deploy/azure-amlfs/role-definition.json)). ' +
    'SKUs are listed there, and ListVolumes shows the volumes of all resource groups that StorageClasses name. Where ' +
    'the identity may list file systems only in some resource groups, ListVolumes shows those of the group of ' +
    'azure.json and of the groups in which the controller has looked for a volume since it started.',
  '**The same request gets the same volume.** When a volume is requested again, the driver compares size, SKU, location, ' +
    'subnet, sub-directory and blob container of its file system, and its zone where `zone` is given; a difference is ' +
    'the error ALREADY_EXISTS. Mutable parameters are not compared.',
  '**Auto-import and auto-export jobs follow the file system.** The volume is ready when Azure has set them up. The ' +
    'events of the claim report the reason of a failed job; the driver deletes and recreates the job ten minutes after ' +
    'its failure, or recreates it as soon as you delete it.',
  '**AzureStackCloud** in azure.json names a private cloud by its `resourceManagerEndpoint`. Azure Stack Hub itself ' +
    'offers no Azure Managed Lustre: only existing file systems can be mounted there.',
];
