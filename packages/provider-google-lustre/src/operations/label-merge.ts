import { DriverError, type VolumeReference } from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import { lustreOperations } from '../api/lustre-operations.js';
import { mergedLabels, type Labels } from '../parameters/labels.js';
import { labelsOf, toSettings } from '../plan/settings-change.js';
import { handleOf } from './instance-reader.js';
import { readBeforeUpdate, type UpdateServices } from './read-before-update.js';

/**
 * Writes labels of an instance, and keeps the others: an update replaces all labels. The caller looks at the instance until
 * it shows them.
 * @param doing purpose, as the beginning of a sentence
 * @returns true where the instance had them already
 * @throws DriverError aborted while Google works on the instance
 */
export async function mergeLabels(
  services: UpdateServices,
  reference: VolumeReference,
  labels: Labels,
  { doing, signal }: { readonly doing: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const found = await readBeforeUpdate(services, reference, signal);
  if (!found) throw new DriverError('not-found', `${doing}: the instance does not exist`);
  const merged = mergedLabels(labelsOf(toSettings(found.resource)), labels);
  if (!merged) return true;
  try {
    const input = { ...handleOf(reference.id), body: { labels: merged } };
    await services.api.call(lustreOperations.updateInstance, input, signal);
    return false;
  } catch (error) {
    throw toDriverError(error, doing, 'effect', signal);
  }
}
