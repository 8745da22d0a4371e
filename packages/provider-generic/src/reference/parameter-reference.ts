import { ParameterSchema, type Parameter, parameter } from '@lustre-csi/core';
import { directoryParameters, parameterSections } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from '../parameters/driver-name.js';
import { genericParameterSchema } from '../parameters/parameters.js';

/** Renders the reference page, in Markdown. The text about a parameter comes from its declaration. */
export function parameterReference(): string {
  return [
    `# Parameters of \`${DRIVER_NAME}\``,
    'Any Lustre, without a cloud. This page is generated from the declarations that the driver reads parameters with: run ' +
      '`npm run generate` after a change. Every value in a StorageClass is a string; numbers and booleans need quotes. ' +
      'The [guide](../guides/directories.md) explains directories, and the requirements of the controller for them.',
    '## How parameters work together',
    rules.map((rule) => `- ${rule}`).join('\n'),
    '## StorageClass: the file system',
    ...parameterSections(genericParameterSchema),
    '## StorageClass: the directory',
    'These parameters are the same for every driver.',
    ...parameterSections(asWritten),
    '## PersistentVolumes written by hand',
    '`volumeAttributes` name the mount source; `volumeHandle` is any text that no other PersistentVolume has ' +
      '([example](../../examples/generic/static.yaml)). Where no attribute names a file system, the handle itself is read: as a mount ' +
      'source, or in the form of [another Lustre driver](../guides/other-lustre-drivers.md). They can also have ' +
      '[what every driver takes](volume-settings.md).',
    attributes,
    '## NIDs',
    'A NID is `ADDRESS@NETWORK`: an IPv4 address or a host name, and an LNet network (`tcp`, `tcp1`, `o2ib`, `o2ib0`, ' +
      '`efa` and every other that the client has). `,` separates the interfaces of one server (multi-rail), `:` servers ' +
      'that replace each other (failover): `10.0.0.1@tcp,10.1.0.1@o2ib:10.0.0.2@tcp,10.1.0.2@o2ib`. ' +
      'The driver resolves a host name on the node, to its first IPv4 address ' +
      '([what is mounted](../explanation/node.md#who-owns-which-state)).',
    '## VolumeAttributesClass and VolumeSnapshotClass',
    'None: directories have neither mutable settings nor snapshots.',
  ].join('\n\n');
}

/** Rules that concern several parameters. */
const rules: readonly string[] = [
  '**`provisioningMode: directory` is required.** This driver creates no file systems.',
  '**The file system** is named by `source`, or by `mgsNids` and `fsName`. The driver cannot look it up: a file system ' +
    'that does not answer is the error UNAVAILABLE.',
  '**The handle of a volume** names the file system and `basePath`, in at most 128 bytes (a limit of CSI): the ' +
    'driver refuses a class with longer handles before it creates anything. The NIDs of one or two of many servers are ' +
    'sufficient.',
];

const attributes = `| Key | Meaning |
| --- | --- |
| \`source\` | mount source in the form of \`mount -t lustre\`: \`NID[,NID...][:NID...]:/FSNAME[/SUBDIR]\` |
| \`mgsNids\`, \`fsName\` | the same in parts, instead of \`source\` |
| \`subDir\` | a directory below the root of the file system, or below that of \`source\` |
| \`mgsAddress\`, \`sharePath\`, \`mountOptions\`, \`encryption\` | keys of [other Lustre drivers](../guides/other-lustre-drivers.md) |`;

/** Schema with values in the form of a StorageClass, not in that of the driver. */
const asWritten = new ParameterSchema(
  DRIVER_NAME,
  Object.fromEntries(
    Object.entries<Parameter<unknown>>(directoryParameters).map(([name, declared]) => [
      name,
      typeof declared.read(declared.example) === 'object' ? parameter.string(declared) : declared,
    ]),
  ),
);
