import { invalidParameter } from '../arm/arm-error.js';
import { JsonReader, type JsonObject } from '../arm/json-body.js';
import { parseTags } from '../file-systems/requested-file-system.js';

type Tags = Readonly<Record<string, string>>;

const operations = ['Merge', 'Replace', 'Delete'] as const;

/** The body of Tags_UpdateAtScope (Microsoft.Resources, 2021-04-01). */
export interface TagChange {
  readonly operation: (typeof operations)[number];
  readonly tags: Tags;
}

/** Reads a change of tags. @throws ArmError 400 */
export function parseTagChange(body: JsonObject): TagChange {
  const reader = new JsonReader(body);
  const given = reader.requiredString('operation');
  const operation = operations.find((known) => known.toLowerCase() === given.toLowerCase());
  if (!operation) throw invalidParameter('operation', `'${given}' is not one of ${operations.join(', ')}.`);
  return { operation, tags: parseTags(reader.requiredObject('properties').value('tags') ?? {}) };
}

/**
 * The tags after the change. Names are compared without case; a tag that exists keeps its spelling. `Delete` takes
 * away what is named with its value, or without any.
 * @throws ArmError 400 where they would be more than a resource can have
 */
export function changedTags(existing: Tags, { operation, tags }: TagChange): Tags {
  if (operation === 'Replace') return tags;
  const given = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]));
  const after: Record<string, string> = {};
  for (const [name, value] of Object.entries(existing)) {
    const wanted = given.get(name.toLowerCase());
    if (operation === 'Merge') after[name] = wanted ?? value;
    else if (wanted === undefined || (wanted !== '' && wanted !== value)) after[name] = value;
    given.delete(name.toLowerCase());
  }
  if (operation === 'Delete') return after;
  const added = Object.entries(tags).filter(([name]) => given.has(name.toLowerCase()));
  return parseTags({ ...after, ...Object.fromEntries(added) });
}
