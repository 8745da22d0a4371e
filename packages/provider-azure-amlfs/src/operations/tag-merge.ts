import { isRestError } from '../api/rest-error.js';
import { DriverError, type VolumeReference } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { armOperations } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { toDriverError } from '../api/errors.js';
import { tolerant } from '../api/tolerant-json.js';
import { tagChanges, type Tags } from '../parameters/tags.js';

const answered = z.object({ properties: z.object({ tags: z.record(z.string(), tolerant(z.string())) }) });

/** Outcome of a merge: ARM shows the tags, or has only accepted them. */
export type TagMerge = 'written' | 'accepted';

/**
 * Writes single tags of a file system (Microsoft.Resources, Tags_UpdateAtScope, 2021-04-01). Other tags stay as they are
 * in ARM, not as they were read: a PATCH of the file system replaces all tags, and a late or repeated one removes tags
 * that another replica, or a person, has written in between. It is no fallback where the identity may not write tags: a
 * lost base path tag would allow the deletion of a file system that hosts volumes.
 * @param doing purpose, as the beginning of a sentence
 * @throws DriverError permission-denied naming the action, aborted while Azure works on the file system
 */
export async function mergeTags(
  arm: Pick<Arm, 'call'>,
  { id: name, listingScope: resourceGroup }: VolumeReference,
  tags: Tags,
  { doing, signal }: { readonly doing: string; readonly signal: AbortSignal },
): Promise<TagMerge> {
  const body = { operation: 'Merge', properties: { tags } };
  try {
    const answer = await arm.call(armOperations.mergeTags, { resourceGroup, name, body }, signal);
    const parsed = z.safeParse(answered, answer.body);
    // Since 2022-09-01 the reference allows 202, too: only tags that ARM shows are written.
    return parsed.success && hasAll(parsed.data.properties.tags, tags) ? 'written' : 'accepted';
  } catch (error) {
    const failure = toDriverError(error, doing, 'effect', signal);
    if (!isRestError(error) || error.code !== 'AuthorizationFailed') throw failure;
    const action = armOperations.mergeTags.permissions.join(', ');
    throw new DriverError(failure.kind, `${failure.message}, whose current version allows ${action}`, {
      cause: error,
    });
  }
}

function hasAll(shown: Readonly<Record<string, string | undefined>>, tags: Tags): boolean {
  const present = Object.entries(shown).map(([name, value]): [string, string] => [name, value ?? '']);
  return tagChanges(Object.fromEntries(present), tags) === undefined;
}
