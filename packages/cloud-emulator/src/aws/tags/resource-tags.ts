import { AwsError, badRequest } from '../protocol/aws-error.js';
import type { Tag } from '../protocol/fsx-members.js';

const mostTags = 50;

/** Throws BadRequest for a key that AWS keeps for itself or that occurs twice. */
export function checkTags(tags: readonly Tag[]): void {
  const reserved = tags.find((tag) => /^aws:/i.test(tag.Key));
  if (reserved) throw badRequest(`Tag keys beginning with "aws:" are reserved: ${reserved.Key}`);
  const keys = tags.map((tag) => tag.Key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw badRequest(`Duplicate tag key: ${twice}`);
}

/** The tags of a resource after TagResource: a key that is there already gets the new value. */
export function withTags(present: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  checkTags(added);
  const merged = new Map([...present, ...added].map((tag) => [tag.Key, tag.Value]));
  if (merged.size > mostTags)
    throw new AwsError('ServiceLimitExceeded', `A resource can have at most ${mostTags} tags.`, {
      Limit: 'TOTAL_USER_TAGS',
    });
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}

/** A key that is not there is no error. */
export const withoutTags = (present: readonly Tag[], keys: readonly string[]): readonly Tag[] =>
  present.filter((tag) => !keys.includes(tag.Key));
