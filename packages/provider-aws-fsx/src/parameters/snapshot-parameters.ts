import { ParameterSchema, parsed } from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { goBoolean } from './go-boolean.js';
import { parseTags, type Tags } from './tags.js';

/** Every parameter of a VolumeSnapshotClass. */
export const snapshotParameters = {
  tags: parsed<Tags>({
    description: 'Tags of the backup. A value may contain “=”.',
    example: 'team=genomics,cost-center=42',
    aliases: ['extraTags'],
    legal: 'KEY=VALUE pairs separated by commas, with what FSx accepts in tags',
    read: parseTags,
  }),
  copyTags: goBoolean({
    description:
      'Whether the backup gets the tags of the file system too, but for those by which the driver knows its file systems. Those of `tags` win over them.',
    example: 'true',
    defaultsTo: 'false',
  }),
} as const;

export const snapshotParameterSchema = new ParameterSchema(DRIVER_NAME, snapshotParameters);
