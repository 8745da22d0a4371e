import { ParameterSchema, text, type Parameter } from '@lustre-csi/core';
import { directoryParameters, parameterSections } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from '../parameters/driver-name.js';
import { genericParameterSchema } from '../parameters/parameters.js';

/** The reference page, in Markdown. What a parameter says of itself comes from its declaration. */
export function parameterReference(): string {
  return [
    `# Parameters of \`${DRIVER_NAME}\``,
    'Any Lustre, without a cloud. This page is generated from the declarations that the driver reads parameters with: run ' +
      '`npm run generate` after a change. Every value in a StorageClass is a string; numbers and booleans need quotes. ' +
      'How directories work, and what the controller needs for them, is in the ' +
      '[guide](../guides/directories.md).',
    '## How parameters work together',
    rules.map((rule) => `- ${rule}`).join('\n'),
    '## StorageClass: the file system',
    ...parameterSections(genericParameterSchema),
    '## StorageClass: the directory',
    'The same for every driver.',
    ...parameterSections(asWritten),
    '## PersistentVolumes written by hand',
    '`volumeAttributes` name what is mounted; `volumeHandle` is any text that no other PersistentVolume has ' +
      '([example](../../examples/generic/static.yaml)). They can also have [what every driver takes](volume-settings.md).',
    attributes,
    '## NIDs',
    'A NID is `ADDRESS@NETWORK`: an IPv4 address or a host name, and an LNet network (`tcp`, `tcp1`, `o2ib`, `o2ib0`, ' +
      '`efa` and every other that the client has). `,` parts the interfaces of one server (multi-rail), `:` servers that ' +
      'take over from each other (failover): `10.0.0.1@tcp,10.1.0.1@o2ib:10.0.0.2@tcp,10.1.0.2@o2ib`.',
    '## VolumeAttributesClass and VolumeSnapshotClass',
    'None: directories have neither settings that could change nor snapshots.',
  ].join('\n\n');
}

/** What no single parameter says. */
const rules: readonly string[] = [
  '**`provisioningMode: directory` is obligatory.** This driver makes no file systems.',
  '**The file system** is named by `source`, or by `mgsNids` and `fsName`. Nobody is asked whether it exists: what does ' +
    'not answer is the error UNAVAILABLE.',
  '**The handle of a volume** names the file system and `basePath`, in at most 128 bytes (a limit of CSI): a class whose ' +
    'handles would be longer is refused before anything is made. Of many NIDs it is enough to name those of one or two ' +
    'servers.',
];

const attributes = `| Key | What |
| --- | --- |
| \`source\` | as \`mount -t lustre\` takes it: \`NID[,NID...][:NID...]:/FSNAME[/SUBDIR]\` |
| \`mgsNids\`, \`fsName\` | the same in parts, instead of \`source\` |
| \`subDir\` | a directory below the root of the file system, or below that of \`source\` |`;

/** Values as they stand in a StorageClass, not as the driver works with them. */
const asWritten = new ParameterSchema(
  DRIVER_NAME,
  Object.fromEntries(
    Object.entries<Parameter<unknown>>(directoryParameters).map(([name, parameter]) => [
      name,
      typeof parameter.read(parameter.example) === 'object' ? text(parameter) : parameter,
    ]),
  ),
);
