import { ParameterSchema, parameter } from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { goBoolean } from './go-boolean.js';
import { parseTags, type Tags } from './tags.js';

/** Parameters of a VolumeSnapshotClass. */
export const snapshotParameters = {
  tags: parameter.parsed<Tags>({
    description: 'Tags of the backup. A value may contain “=”.',
    example: 'team=genomics,cost-center=42',
    aliases: ['extraTags'],
    legal: 'KEY=VALUE pairs separated by commas, with what FSx accepts in tags',
    read: parseTags,
  }),
  copyTags: goBoolean({
    description:
      'Copies the tags of the file system to the backup, except those by which the driver recognizes its file systems. The parameter `tags` takes precedence.',
    example: 'true',
    defaultsTo: 'false',
  }),
} as const;

export const snapshotParameterSchema = new ParameterSchema(DRIVER_NAME, snapshotParameters);
