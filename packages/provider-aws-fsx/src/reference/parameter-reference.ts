import type { FlagDefinition } from '@lustre-csi/core';
import { parameterSections } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from '../parameters/driver-name.js';
import { awsFsx } from '../index.js';
import { mutableParameters, mutableParameterSchema } from '../parameters/mutable-parameters.js';
import { existingParameterSchema } from '../plan/existing-file-system.js';
import { fsxParameterSchema } from '../parameters/parameters.js';
import { snapshotParameterSchema } from '../parameters/snapshot-parameters.js';

/** Renders the reference page, in Markdown. The text about a parameter comes from its declaration. */
export function parameterReference(): string {
  return [
    `# Parameters of \`${DRIVER_NAME}\``,
    'Amazon FSx for Lustre. This page is generated from the declarations that the driver reads parameters with: ' +
      'run `npm run generate` after a change. Every value in a StorageClass is a string; numbers and booleans need quotes.',
    'Not on this page: [what every driver takes](volume-settings.md) (how nodes mount, `mountSharing`, sub-directories, ' +
      'client tuning), PersistentVolumes written by hand, and claims that are ' +
      '[directories of a file system](../guides/directories.md) (`provisioningMode`, `fileSystemId`).',
    ...rules,
    '## StorageClass',
    ...parameterSections(fsxParameterSchema, (name) => Object.hasOwn(mutableParameters, name)),
    '## StorageClass of an existing file system',
    'Each claim of such a class is the whole file system, as a PersistentVolume written by hand would be: all of them share its ' +
      'data. Its owner deletes, expands and modifies it; DeleteVolume removes only the volume. The capacity of the volume is ' +
      'that of the file system. These parameters, and no others:',
    ...parameterSections(existingParameterSchema),
    '## VolumeAttributesClass',
    'The parameters above that are marked as mutable, and no others. ' +
      'Parameters that differ from the file system go into one `UpdateFileSystem`; those that already apply need no call, ' +
      'and parameters that are not named are not touched. A modification waits while FSx works on another update. FSx ' +
      'requires 6 hours between two increases of the same kind, and the message says when the next is allowed.',
    Object.keys(mutableParameterSchema.parameters)
      .map((name) => `- [\`${name}\`](#${name.toLowerCase()})`)
      .join('\n'),
    '## VolumeSnapshotClass',
    'A snapshot is a backup of the whole file system, PERSISTENT_1 and PERSISTENT_2 without S3 link only. It is ' +
      'restored to a file system of exactly its size, which can grow afterwards; settings that the StorageClass does not ' +
      'name (kind, throughput, metadata, compression, version) are those of the original file system.',
    ...parameterSections(snapshotParameterSchema),
    '## Flags',
    'The flags of this provider; the driver has more.',
    ...awsFsx.flags.map(flagSection),
  ].join('\n\n');
}

/** Rules that concern several parameters. */
const rules: readonly string[] = [
  '## How parameters work together',
  [
    '- **`deploymentType` has an outdated default.** As with aws-fsx-csi-driver, and as in the API, it is SCRATCH_1, the ' +
      'oldest generation without replicas; existing StorageClasses keep working. The driver logs a warning each time the ' +
      'default applies. Write the type in every new StorageClass.',
    '- **So has `fileSystemTypeVersion`.** SCRATCH and PERSISTENT_1 are created as Lustre 2.10, which clients of Lustre 2.15 ' +
      'cannot mount; the driver logs a warning. Write `"2.15"`.',
    '- **A VolumeAttributesClass takes precedence.** Where it and the StorageClass of a new volume have the same parameter, that of the ' +
      'VolumeAttributesClass applies; `extraTags` of both are merged.',
    '- **The same request gets the same volume.** When a volume is requested again, the driver compares the parameters ' +
      'with those that FSx shows; a difference is the error ALREADY_EXISTS. Mutable parameters are compared until the ' +
      'first ControllerModifyVolume changes one: from then on (the tag `lustre.csi/modified`) the file system no longer ' +
      'shows the settings of its creation. `securityGroupIds` cannot be compared, and the choice among several ' +
      '`subnetIds` is not compared.',
    '- **A file system that was handed out is not deleted by a creation.** Before CreateVolume answers, the file system ' +
      'gets the tag `lustre.csi/handed-out`. A FAILED file system is deleted and recreated only if this driver created it ' +
      'and it does not have that tag.',
    '- **Sizes are rounded up** to the next size that FSx offers, within the limit of the claim. INTELLIGENT_TIERING has no ' +
      'size: the tag `lustre.csi/requested-bytes` keeps the claimed one, and expansion changes the tag.',
    '- **Work that FSx accepts and then fails is not restarted at once.** An expansion, a modification or a final backup ' +
      'that ends FAILED is reported with FSx’s own reason and retried 10 minutes later; the file system stays as it was.',
    '- **The empty string counts as absent** in a StorageClass.',
  ].join('\n'),
];

function flagSection({ name, valueName, description, environment }: FlagDefinition): string {
  const read = environment === undefined ? '' : ` Environment: \`${environment}\`.`;
  return `### --${name}\n\n\`--${name}=${valueName ?? ''}\`: ${description}.${read}`;
}

/** Builds the JSON Schema of the parameters of a StorageClass. */
export function parameterJsonSchema(): object {
  const { properties, patternProperties, ...rest } = fsxParameterSchema.jsonSchema();
  const { tagSpecification_N: numbered, ...named } = properties;
  return {
    ...rest,
    properties: named,
    patternProperties: { ...patternProperties, '^tagSpecification_([0-9]+|N)$': numbered },
  };
}
