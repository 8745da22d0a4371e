import { paging, resourceArn, tagKey, tags } from '../protocol/fsx-members.js';
import type { StructureShape } from '../protocol/request-shape.js';

/** Members and constraints of the requests about tags. */
export const tagResourceShape = {
  type: 'structure',
  members: { ResourceARN: resourceArn, Tags: tags },
  required: ['ResourceARN', 'Tags'],
} as const satisfies StructureShape;

export const untagResourceShape = {
  type: 'structure',
  members: { ResourceARN: resourceArn, TagKeys: { type: 'list', size: [1, 50], of: tagKey } },
  required: ['ResourceARN', 'TagKeys'],
} as const satisfies StructureShape;

export const listTagsForResourceShape = {
  type: 'structure',
  members: { ResourceARN: resourceArn, ...paging },
  required: ['ResourceARN'],
} as const satisfies StructureShape;
