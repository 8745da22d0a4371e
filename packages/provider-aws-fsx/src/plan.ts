import { DriverError, type FileSystemPlan, type VolumeRequest } from '@lustre-csi/core';
import { tagsOfCreation } from './create-request.js';
import { checkSettings } from './parameter-rules.js';
import { readParameters } from './parameters.js';
import { resolveSettings, type FsxSettings } from './settings.js';
import { ownTags, tagLimits, volumeNameTag, type Tags } from './tags.js';
import { askedAttributes } from './to-file-system.js';

/** A file system that FSx would accept, but for its capacity. */
export interface FsxPlan extends FileSystemPlan {
  /** The value of the ownership tag that stands for the volume name, see `volumeNameTag`. */
  readonly volumeName: string;
  readonly settings: FsxSettings;
  readonly tags: Tags;
  /** What an operator should know about the settings. */
  readonly warnings: readonly string[];
}

/** What plans depend on beside the request. */
export interface PlanContext {
  readonly region: string;
  readonly clusterId: string;
  /** Of the `--extra-tags` flag. */
  readonly extraTags: Tags;
}

/** Reads and checks a request. Pure.
 *  @throws DriverError invalid-argument naming the parameter and its legal values */
export function planFileSystem(request: VolumeRequest, context: PlanContext): FsxPlan {
  refuseMutableParameters(request.mutableParameters);
  const parameters = readParameters(request.parameters);
  const { settings, warnings } = resolveSettings(parameters);
  checkSettings(settings);
  const volumeName = volumeNameTag(request.name);
  const own = ownTags({
    volumeNameTag: volumeName,
    clusterId: context.clusterId,
    metadata: request.metadata,
  });
  const tags = { ...context.extraTags, ...parameters.extraTags, ...own };
  refuseTooMany(tags);
  return {
    volumeName,
    scope: context.region,
    attributes: askedAttributes(settings),
    settings,
    tags,
    warnings,
  };
}

function refuseMutableParameters(parameters: Readonly<Record<string, string>>): void {
  const [name] = Object.keys(parameters);
  if (name === undefined) return;
  throw new DriverError(
    'invalid-argument',
    `mutable parameter "${name}" is not known: this driver takes no parameters of a VolumeAttributesClass`,
  );
}

function refuseTooMany(tags: Tags): void {
  const count = Object.keys(tags).length + tagsOfCreation;
  if (count <= tagLimits.count) return;
  throw new DriverError(
    'invalid-argument',
    `a file system would get ${count} tags with those of parameter "extraTags", of --extra-tags and of the driver ` +
      `itself; legal: at most ${tagLimits.count}`,
  );
}
