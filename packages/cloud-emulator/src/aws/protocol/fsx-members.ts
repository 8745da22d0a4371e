import type { ListShape, StringShape, ValueOf } from './request-shape.js';

/**
 * Members that several FSx requests share, with the constraints of the service model of API version 2018-03-01
 * (https://docs.aws.amazon.com/fsx/latest/APIReference/).
 */
export const flag = { type: 'boolean' } as const;
export const count = { type: 'integer', range: [0, 2147483647] } as const;

export const fileSystemId = {
  type: 'string',
  length: [11, 21],
  pattern: /^(fs-[0-9a-f]{8,})$/,
} as const satisfies StringShape;
// The range A-z is AWS's own and lets `[`, `]`, `^` and a few more pass.
export const clientRequestToken = {
  type: 'string',
  length: [1, 63],
  pattern: /^[A-za-z0-9_.-]{0,63}$/,
} as const satisfies StringShape;
export const backupId = {
  type: 'string',
  length: [12, 128],
  pattern: /^(backup-[0-9a-f]{8,})$/,
} as const satisfies StringShape;
export const nextToken = {
  type: 'string',
  length: [1, 255],
  pattern: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
} as const satisfies StringShape;
const maxResults = { type: 'integer', range: [1, 2147483647] } as const;
/** Members of every Describe operation that answers in pages. */
export const paging = { MaxResults: maxResults, NextToken: nextToken } as const;
/** List of the ids to which a Describe operation is restricted. */
export const idsOf = <const Id extends StringShape>(id: Id) =>
  ({ type: 'list', size: [0, 50], of: id }) as const;
const tagCharacters = /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u;
export const tagKey = {
  type: 'string',
  length: [1, 128],
  pattern: tagCharacters,
} as const satisfies StringShape;
const tagValue = { type: 'string', length: [0, 256], pattern: tagCharacters } as const satisfies StringShape;
export const tags = {
  type: 'list',
  size: [1, 50],
  of: { type: 'structure', members: { Key: tagKey, Value: tagValue }, required: ['Key', 'Value'] },
} as const satisfies ListShape;
export const resourceArn = {
  type: 'string',
  length: [8, 512],
  pattern: /^arn:(aws|aws-cn|aws-us-gov):[a-z0-9-]+:[a-z0-9-]*:[0-9]{0,12}:.{1,400}$/,
} as const satisfies StringShape;
export const archivePath = { type: 'string', length: [3, 4357] } as const satisfies StringShape;

/** The filters that several Describe operations share; each of them knows only some of the names. */
export const filters = {
  type: 'list',
  size: [0, 10],
  of: {
    type: 'structure',
    members: {
      Name: {
        type: 'string',
        values: [
          'file-system-id',
          'backup-type',
          'file-system-type',
          'volume-id',
          'data-repository-type',
          'file-cache-id',
          'file-cache-type',
        ],
      },
      Values: { type: 'list', size: [0, 20], of: { type: 'string', length: [1, 128] } },
    },
  },
} as const satisfies ListShape;

export type Tag = ValueOf<typeof tags>[number];
