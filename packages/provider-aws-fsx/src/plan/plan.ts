import {
  DriverError,
  Faults,
  type FileSystemPlan,
  type Snapshot,
  type TopologyRequirement,
  type VolumeRequest,
} from '@lustre-csi/core';
import { requestedAttributes } from '../parameters/attributes.js';
import { tagsOfLife } from './create-request.js';
import { repositoriesDigest } from '../parameters/data-repository-associations.js';
import { finalBackupMarks } from '../parameters/final-backup.js';
import { inspectMutableParameters } from './modification-rules.js';
import { problemsOf } from '../parameters/parameter-rules.js';
import { inspectParameters, type FsxParameters } from '../parameters/parameters.js';
import { restoredParameters } from './restore.js';
import { resolveSettings, type FsxSettings } from '../parameters/settings.js';
import { renderTag } from '../parameters/tag-template.js';
import { nameTag, ownTags, tagKeys, tagLimits, type Tags } from '../parameters/tags.js';
import { isFsxSnapshot, type FsxSnapshot } from './to-snapshot.js';

/** Plan for a file system that FSx would accept; the capacity is decided separately. */
export interface FsxPlan extends FileSystemPlan {
  /** Value of the ownership tag, which represents the volume name, see `nameTag`. */
  readonly volumeName: string;
  readonly settings: FsxSettings;
  readonly tags: Tags;
  /** Backup from which the file system is created; absent: it is empty. */
  readonly snapshot?: FsxSnapshot;
  readonly topology: TopologyRequirement;
  /** Availability Zone of each subnet id, where it matters. */
  readonly zones: Readonly<Record<string, string>>;
  /** Messages for the operator about the settings. */
  readonly warnings: readonly string[];
}

/** Context of a plan besides the request. */
export interface PlanContext {
  readonly region: string;
  readonly clusterId: string;
  /** Tags of the `--extra-tags` flag. */
  readonly extraTags: Tags;
}

/**
 * Reads and checks a request. Pure. Mutable parameters (of a VolumeAttributesClass) take precedence over those of the
 * StorageClass with the same name (CSI, CreateVolumeRequest.mutable_parameters).
 *
 * @throws DriverError invalid-argument naming the parameter and its legal values
 */
export function planFileSystem(request: VolumeRequest, context: PlanContext, source?: Snapshot): FsxPlan {
  const snapshot = source && knownSnapshot(source);
  const faults = new Faults();
  const given = givenParameters(request, faults);
  const complete = snapshot ? faults.attempt([], () => restoredParameters(given, snapshot)) : given;
  const { settings, warnings } = resolveSettings(complete ?? given);
  if (complete) faults.add({ faults: problemsOf(settings, faults.doubtful), doubtful: new Set() });
  faults.throwIfAny();
  const volumeName = nameTag(request.name);
  const tags = { ...context.extraTags, ...volumeTags(settings, request, context), ...snapshotTag(snapshot) };
  refuseTooMany(tags);
  return {
    volumeName,
    listingScope: context.region,
    attributes: requestedAttributes(settings, snapshot?.id),
    settings,
    tags,
    ...(snapshot ? { snapshot } : {}),
    topology: request.topology,
    zones: {},
    warnings,
  };
}

function givenParameters({ parameters, mutableParameters }: VolumeRequest, faults: Faults): FsxParameters {
  const { values: mutable, ...foundInMutable } = inspectMutableParameters(mutableParameters);
  const { values: given, ...found } = inspectParameters(parameters);
  faults.add(found);
  faults.add(foundInMutable);
  const extraTags = { ...given.extraTags, ...mutable.extraTags };
  return { ...given, ...mutable, ...(Object.keys(extraTags).length > 0 ? { extraTags } : {}) };
}

function volumeTags(
  settings: FsxSettings,
  { name, metadata }: VolumeRequest,
  { clusterId }: PlanContext,
): Tags {
  const rendered = (settings.tagTemplates ?? []).map((template) => renderTag(template, metadata));
  return {
    ...settings.extraTags,
    ...(Object.assign({}, ...rendered) as Tags),
    ...finalBackupMarks(settings.finalBackup ?? false, settings.finalBackupTags),
    ...(settings.dataRepositoryAssociations
      ? { [tagKeys.repositories]: repositoriesDigest(settings.dataRepositoryAssociations) }
      : {}),
    ...ownTags({ volumeNameTag: nameTag(name), clusterId, metadata }),
  };
}

const snapshotTag = (snapshot: FsxSnapshot | undefined): Tags =>
  snapshot ? { [tagKeys.snapshot]: snapshot.id } : {};

function knownSnapshot(source: Snapshot): FsxSnapshot {
  if (isFsxSnapshot(source)) return source;
  throw new DriverError('invalid-argument', `snapshot ${source.id} is not one of Amazon FSx`);
}

function refuseTooMany(tags: Tags): void {
  const count = Object.keys(tags).length + tagsOfLife;
  if (count <= tagLimits.count) return;
  throw new DriverError(
    'invalid-argument',
    `a file system would get ${count} tags with those of its parameters, of --extra-tags and of the driver itself; ` +
      `legal: at most ${tagLimits.count}`,
  );
}
