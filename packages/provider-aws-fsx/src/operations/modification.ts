import type { AdministrativeAction, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import {
  DriverError,
  isDriverError,
  type ModificationStep,
  type VolumeModification,
  type VolumeReference,
} from '@lustre-csi/core';
import {
  describeUpdate,
  explainRefusal,
  isRunning,
  lastUpdate,
  refuseRecentFailure,
  updatesOf,
  waitForValues,
} from './administrative-actions.js';
import { clientRequestToken } from '../api/client-request-token.js';
import { lastRequest } from './expansion.js';
import type { FsxApi } from '../api/fsx-api.js';
import { membersOf, missingTags, updateTowards, type Update } from '../plan/modification-request.js';
import { checkModification, readMutableParameters } from '../plan/modification-rules.js';
import { mutableParameterSchema, type MutableParameters } from '../parameters/mutable-parameters.js';
import { tagKeys, type Tags } from '../parameters/tags.js';
import { parseVolumeHandle } from '../node/volume-handle.js';

/** Modification of file systems in place. One UpdateFileSystem carries all missing settings; while FSx works on an
 *  update, the next waits, since FSx refuses a second one (an expansion and other metadata IOPS, for example). */
export class FsxModification implements VolumeModification {
  readonly parameters = mutableParameterSchema;

  constructor(
    private readonly api: FsxApi,
    private readonly now: () => number = Date.now,
  ) {}

  check(parameters: Readonly<Record<string, string>>): void {
    readMutableParameters(parameters);
  }

  async step(
    reference: VolumeReference,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ModificationStep> {
    const wanted = readMutableParameters(parameters);
    const found = await this.#find(reference, signal);
    checkModification(wanted, found);
    const update = updateTowards(wanted, found);
    const members = membersOf(update);
    const running = updatesOf(found).find(isRunning);
    if (running && (members.length > 0 || reverses(running, wanted, found))) {
      return { waitingFor: describeUpdate(found, running) };
    }
    refuseRecentFailure(found, { aims: members, now: this.now() });
    const late = this.#unseen(found, wanted, members);
    if (late) return late;
    await this.#tag(found, tagsFor(wanted, members, found), signal);
    if (members.length === 0) return 'done';
    const updated = await this.#update(found, update, signal);
    const settled = !isMissing(wanted, updated) && !updatesOf(updated).some(isRunning);
    return settled ? 'done' : { waitingFor: `FSx has accepted an update of ${members.join(', ')}` };
  }

  /** Decides about an update that FSx reports as done without showing its values; undefined where there is none. */
  #unseen(
    found: SdkFileSystem,
    wanted: MutableParameters,
    members: readonly string[],
  ): ModificationStep | undefined {
    const done = lastUpdate(found, members);
    if (done && !isMissing(wanted, after(done, found))) return waitForValues(found, done, this.now());
    return undefined;
  }

  async #find({ id }: VolumeReference, signal: AbortSignal): Promise<SdkFileSystem> {
    const fileSystemId = parseVolumeHandle(id)?.fileSystemId;
    const found = fileSystemId === undefined ? undefined : await this.api.describe(fileSystemId, signal);
    if (found?.FileSystemType === 'LUSTRE') return found;
    throw new DriverError('not-found', `there is no file system ${id} to modify`);
  }

  async #tag({ FileSystemId, ResourceARN }: SdkFileSystem, tags: Tags, signal: AbortSignal): Promise<void> {
    if (Object.keys(tags).length === 0) return;
    if (!ResourceARN)
      throw new DriverError(
        'unavailable',
        `FSx did not report the ARN of file system ${FileSystemId}; the call is retried automatically`,
      );
    await this.api.tag(ResourceARN, tags, signal);
  }

  async #update(found: SdkFileSystem, update: Update, signal: AbortSignal): Promise<SdkFileSystem> {
    const id = found.FileSystemId ?? '';
    const parts = [id, JSON.stringify(update), lastRequest(found)];
    const request = { FileSystemId: id, ClientRequestToken: clientRequestToken('update', parts), ...update };
    try {
      return await this.api.update(request, signal);
    } catch (error) {
      if (!isDriverError(error, 'invalid-argument')) throw error;
      // Another update may have begun after the lookup.
      const current = (await this.api.describe(id, signal)) ?? found;
      throw explainRefusal(error, current, { aims: membersOf(update), now: this.now() });
    }
  }
}

/** Reports whether an update to other values is in progress although the file system still has the requested ones. */
function reverses(running: AdministrativeAction, wanted: MutableParameters, found: SdkFileSystem): boolean {
  return running.TargetFileSystemValues !== undefined && isMissing(wanted, after(running, found));
}

const isMissing = (wanted: MutableParameters, found: SdkFileSystem): boolean =>
  membersOf(updateTowards(wanted, found)).length > 0;

/** Predicts the file system after the update. */
const after = (
  { TargetFileSystemValues: target }: AdministrativeAction,
  found: SdkFileSystem,
): SdkFileSystem => ({
  ...found,
  FileSystemTypeVersion: target?.FileSystemTypeVersion ?? found.FileSystemTypeVersion,
  LustreConfiguration: { ...found.LustreConfiguration, ...target?.LustreConfiguration },
});

/** Tags to write, with a mark before the first change: from then on the settings no longer show how it was created. */
function tagsFor(wanted: MutableParameters, members: readonly string[], found: SdkFileSystem): Tags {
  const mark = members.length > 0 ? { [tagKeys.modified]: 'true' } : {};
  return missingTags({ ...wanted.extraTags, ...mark }, found);
}
