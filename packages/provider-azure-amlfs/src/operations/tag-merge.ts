import { isRestError } from '@azure/core-rest-pipeline';
import { DriverError, type VolumeReference } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { armOperations } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { toDriverError } from '../api/errors.js';
import { tolerant } from '../api/tolerant-json.js';
import { tagChanges, type Tags } from '../parameters/tags.js';

const answered = z.object({ properties: z.object({ tags: z.record(z.string(), tolerant(z.string())) }) });

/** Whether the tags are written, or ARM has only accepted to write them. */
export type TagMerge = 'written' | 'accepted';

/**
 * Writes single tags of a file system (Microsoft.Resources, Tags_UpdateAtScope, 2021-04-01). Those that are not named
 * stay as they are in ARM, not as they were read: a PATCH of the file system replaces all of them, and one that is
 * late or sent again takes away what another replica, or a person, has written in between. There is no falling back to
 * it where the identity may not write tags: a lost note lets a file system be deleted that holds volumes.
 * @param doing the beginning of a sentence
 * @throws DriverError permission-denied naming the action, aborted while Azure works on the file system
 */
export async function mergeTags(
  arm: Pick<Arm, 'call'>,
  { id: name, scope: resourceGroup }: VolumeReference,
  tags: Tags,
  { doing, signal }: { readonly doing: string; readonly signal: AbortSignal },
): Promise<TagMerge> {
  const body = { operation: 'Merge', properties: { tags } };
  try {
    const answer = await arm.call(armOperations.mergeTags, { resourceGroup, name, body }, signal);
    const parsed = z.safeParse(answered, answer.body);
    // From 2022-09-01 on the reference knows of 202, too: what counts is that ARM shows them.
    return parsed.success && hasAll(parsed.data.properties.tags, tags) ? 'written' : 'accepted';
  } catch (error) {
    const failure = toDriverError(error, doing, 'effect', signal);
    if (!isRestError(error) || error.code !== 'AuthorizationFailed') throw failure;
    const action = armOperations.mergeTags.permissions.join(', ');
    throw new DriverError(failure.kind, `${failure.message}, which allows ${action} by now`, {
      cause: error,
    });
  }
}

function hasAll(shown: Readonly<Record<string, string | undefined>>, tags: Tags): boolean {
  const told = Object.entries(shown).map(([name, value]): [string, string] => [name, value ?? '']);
  return tagChanges(Object.fromEntries(told), tags) === undefined;
}
