import { parameterSections } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from '../parameters/driver-name.js';
import { mutableParameters } from '../parameters/mutable-parameters.js';
import { lustreParameterSchema } from '../parameters/parameters.js';
import { legalSizes } from '../plan/capacity-rules.js';

/** Renders the reference page, in Markdown. The text about a parameter comes from its declaration. */
export function parameterReference(): string {
  return [
    `# Parameters of \`${DRIVER_NAME}\``,
    'OCI File Storage with Lustre. This page is generated from the declarations that the driver reads parameters with: run ' +
      '`npm run generate` after a change. Every value in a StorageClass is a string; numbers, booleans and JSON need quotes.',
    'Not on this page: [what every driver takes](volume-settings.md) (how nodes mount, `mountSharing`, owner and ' +
      'permissions of sub-directories, client tuning), PersistentVolumes written by hand, and claims that are ' +
      '[directories of a file system](../guides/directories.md) (`provisioningMode`, `fileSystemId`).',
    '## How parameters work together',
    rules.map((rule) => `- ${rule}`).join('\n'),
    '## StorageClass',
    ...parameterSections(lustreParameterSchema, (name) => Object.hasOwn(mutableParameters, name)),
    '## VolumeAttributesClass',
    'The parameters above that are marked as mutable, and no others. Parameters that differ from the file system go into ' +
      'one update of it; those that already apply need no call, and parameters that are not named are not touched. A ' +
      'modification waits while OCI works on another update.',
    Object.keys(mutableParameters)
      .map((name) => `- [\`${name}\`](#${name.toLowerCase().replace(/[./]/g, '')})`)
      .join('\n'),
    '## VolumeSnapshotClass',
    'None: OCI File Storage with Lustre has no snapshots.',
  ].join('\n\n');
}

/** Rules that concern several parameters. */
const rules: readonly string[] = [
  `**Sizes are rounded up** within the limit of the claim, in units of 10^9 bytes: ${legalSizes}. A claim of \`31200G\` gets ` +
    'the smallest one; `31200Gi` is more than that and gets the next. The service limits of the tenancy apply besides.',
  '**The compartment belongs to the driver, too.** Name the compartments of all StorageClasses with `--oci-compartment-id`. ' +
    'OCI answers the same for a file system that does not exist and for one that the driver may not read: the driver takes ' +
    'it for deleted only if it may list these compartments, and none of them has it. In a compartment that it does not know, ' +
    'a removed right looks like a deletion.',
  '**The same request gets the same volume.** When a volume is requested again, the driver compares size, subnet, tier and ' +
    'availability domain of its file system, and `fileSystemName` and `clusterPlacementGroupId` where they are given; a ' +
    'difference is the error ALREADY_EXISTS. Mutable parameters are not compared.',
  '**A VolumeAttributesClass takes precedence.** Where it and the StorageClass of a new volume have the same parameter, that of ' +
    'the VolumeAttributesClass applies; free-form tags of both are merged.',
  '**OCI takes 10 free-form tags.** The driver writes the name of the volume, the number of the attempt and the id of the ' +
    'cluster, and two or more on a file system that hosts directory volumes.',
  '**Root squash** with `rootSquashEnabled: "false"` ignores the other parameters of root squash, as in Oracle’s driver.',
  '**Billing.** OCI bills a file system for 30 days at least, also where it is deleted earlier.',
];
