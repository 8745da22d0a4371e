import { invalidParameter } from '../arm/arm-error.js';
import { JsonReader, type JsonObject } from '../arm/json-body.js';
import { parseTags } from '../file-systems/requested-file-system.js';
import type { BlobJobKind } from './blob-job-kind.js';

/** Job as a caller requests it. */
export interface RequestedBlobJob {
  readonly adminStatus: string;
  readonly prefixes: readonly string[];
  /** The other properties that are given at creation, as they travel. */
  readonly rules: {
    readonly conflictResolutionMode?: string;
    readonly maximumErrors?: number;
    readonly enableDeletions?: boolean;
  };
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads the body of a PUT. @throws ArmError 400 */
export function parseRequestedBlobJob(kind: BlobJobKind, body: JsonObject): RequestedBlobJob {
  const root = new JsonReader(body);
  root.requiredString('location');
  const properties = root.child('properties');
  return {
    adminStatus: parseAdminStatus(kind, properties) ?? kind.on,
    prefixes: parsePrefixes(kind, properties),
    rules: parseRules(kind, properties),
    tags: parseTags(root.value('tags') ?? {}),
  };
}

/** Reads the body of a PATCH, which changes tags and adminStatus only. @throws ArmError 400 */
export function parseBlobJobChange(
  kind: BlobJobKind,
  body: JsonObject,
): Partial<Pick<RequestedBlobJob, 'adminStatus' | 'tags'>> {
  const root = new JsonReader(body);
  const adminStatus = parseAdminStatus(kind, root.child('properties'));
  const tags = root.value('tags');
  return {
    ...(adminStatus === undefined ? {} : { adminStatus }),
    ...(tags ? { tags: parseTags(tags) } : {}),
  };
}

function parseAdminStatus(kind: BlobJobKind, properties: JsonReader): string | undefined {
  return oneOf(properties, 'adminStatus', [kind.on, kind.off]);
}

function parsePrefixes(kind: BlobJobKind, properties: JsonReader): readonly string[] {
  const { prefixes: name, mostPrefixes } = kind;
  const given = properties.strings(name);
  if (given.length > mostPrefixes)
    throw invalidParameter(properties.pathOf(name), `At most ${mostPrefixes} are allowed in ${name}.`);
  const wrong = given.find((prefix) => !prefix.startsWith('/'));
  if (wrong !== undefined)
    throw invalidParameter(properties.pathOf(name), `'${wrong}' must begin with a forward slash.`);
  return given.length > 0 ? given : ['/'];
}

function parseRules(kind: BlobJobKind, properties: JsonReader): RequestedBlobJob['rules'] {
  if (kind.conflictResolutionMode === undefined) return {};
  const modes = ['Fail', 'Skip', 'OverwriteIfDirty', 'OverwriteAlways'];
  const mode = oneOf(properties, 'conflictResolutionMode', modes);
  const deletions = kind.enableDeletions === undefined ? undefined : properties.boolean('enableDeletions');
  return {
    conflictResolutionMode: mode ?? kind.conflictResolutionMode,
    maximumErrors: parseMaximumErrors(properties),
    ...(kind.enableDeletions === undefined ? {} : { enableDeletions: deletions ?? kind.enableDeletions }),
  };
}

/** Number of errors that the job tolerates; -1 tolerates every error. */
function parseMaximumErrors(properties: JsonReader): number {
  if (!properties.has('maximumErrors')) return 0;
  const errors = properties.requiredNumber('maximumErrors');
  if (Number.isInteger(errors) && errors >= -1) return errors;
  throw invalidParameter(
    properties.pathOf('maximumErrors'),
    `maximumErrors must be an integer from -1, not ${errors}.`,
  );
}

function oneOf(properties: JsonReader, name: string, values: readonly string[]): string | undefined {
  const given = properties.string(name);
  if (given === undefined || values.includes(given)) return given;
  throw invalidParameter(properties.pathOf(name), `'${given}' is not one of ${values.join(', ')}.`);
}
