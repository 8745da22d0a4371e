import {
  DriverError,
  type FileSystem,
  type ModificationStep,
  type VolumeModification,
  type VolumeReference,
} from '@lustre-csi/core';
import { operationUrl } from '../api/arm-operation.js';
import { armOperations } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { toDriverError } from '../api/errors.js';
import type { FailedOperations } from '../api/failed-operations.js';
import { operationKey, type FileSystemReader } from './file-system-reader.js';
import { mutableParameterSchema, readMutableParameters } from '../parameters/mutable-parameters.js';
import { settingsAgain, settingsChange, toSettings, type SettingsChange } from '../plan/settings-change.js';
import { mergeTags } from './tag-merge.js';

/** Changing file systems in place: one PATCH for all that is not yet as asked, and one call for the tags. What the file
 *  system shows decides: a change is done when the settings are as asked and the last operation has not failed. The
 *  memory of this process only helps to say why a change failed. */
export class AmlModification implements VolumeModification {
  readonly parameters = mutableParameterSchema;
  /** The last change that Azure has accepted, by file system. */
  readonly #accepted = new Map<string, Accepted>();

  constructor(
    private readonly arm: Pick<Arm, 'call'>,
    private readonly reader: Pick<FileSystemReader, 'find'>,
    private readonly failed: FailedOperations,
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
    const asked = readMutableParameters(parameters);
    const found = await this.reader.find(reference, signal);
    if (!found)
      throw new DriverError('not-found', `there is no file system ${reference.id} to change the settings of`);
    const { fileSystem, resource } = found;
    const settings = toSettings(resource);
    const change = settingsChange(settings, asked);
    const accepted = this.#acceptedOf(fileSystem);
    const pending = pendingState(fileSystem);
    if (pending) return { waitingFor: `file system ${fileSystem.id} is ${pending}` };
    const verdict = accepted && (await this.#verdict(fileSystem, accepted, change, signal));
    if (verdict) return verdict;
    // After a change that failed, Azure may show what was asked for all the same: asked again, it says how it is.
    const wanted = change ?? (lastFailed(fileSystem) ? settingsAgain(settings, asked) : undefined);
    if (!wanted) return 'done';
    await this.#change(fileSystem, wanted, signal);
    return { waitingFor: `the settings of file system ${fileSystem.id} are being changed` };
  }

  /** How the change that this process has started has ended; undefined: another one is needed.
   *  @throws DriverError unavailable where it failed, or where Azure goes on showing other settings */
  async #verdict(
    fileSystem: FileSystem,
    accepted: Accepted,
    change: SettingsChange | undefined,
    signal: AbortSignal,
  ): Promise<ModificationStep | undefined> {
    const { id, cloudState } = fileSystem;
    const key = changeKey(fileSystem);
    const doing = `cannot find out how the change of file system ${id} ended`;
    const reason = await this.failed.reasonOf(key, signal).catch((error: unknown) => {
      throw toDriverError(error, doing, 'lookup', signal);
    });
    const failed = accepted.patched && lastFailed(fileSystem);
    const failure = reason ?? (failed ? `the file system is ${cloudState}` : undefined);
    if (failure === undefined && this.#mayShowLate(accepted, change)) {
      return { waitingFor: `file system ${id} does not show its new settings yet` };
    }
    this.#forget(key);
    if (failure !== undefined) throw changeFailed(id, failure);
    if (!change || accepted.differsSince === undefined) return undefined;
    const missing = JSON.stringify(change);
    throw changeFailed(id, `it says that it did, but does not show what was asked for, ${missing}`);
  }

  /** Azure has ended the change, and what is missing now is what was asked for then. */
  #mayShowLate(accepted: Accepted, change: SettingsChange | undefined): boolean {
    if (!change || !isPartOf(change, accepted.change)) return false;
    accepted.differsSince ??= this.now();
    return this.now() - accepted.differsSince <= MILLISECONDS_TO_SHOW;
  }

  /** What this process has asked of the file system, as long as it has been looking at it all the time. */
  #acceptedOf(fileSystem: FileSystem): Accepted | undefined {
    const key = changeKey(fileSystem);
    const accepted = this.#accepted.get(key);
    if (!accepted) return undefined;
    if (this.now() - accepted.seenAt <= MILLISECONDS_VALID) {
      accepted.seenAt = this.now();
      return accepted;
    }
    this.#forget(key);
    return undefined;
  }

  async #change(fileSystem: FileSystem, change: SettingsChange, signal: AbortSignal): Promise<void> {
    const { id, scope } = fileSystem;
    const { tags, properties } = change;
    const key = changeKey(fileSystem);
    const doing = `cannot change the settings of file system ${id} of resource group ${scope}`;
    const outcome = tags && (await mergeTags(this.arm, fileSystem, tags, { doing, signal }));
    // What ARM has only accepted keeps the file system busy: the rest is asked for when it is done.
    if (!properties || outcome === 'accepted') {
      this.#accepted.set(key, { change: tags ? { tags } : {}, patched: false, seenAt: this.now() });
      return;
    }
    try {
      const input = { resourceGroup: scope, name: id, body: { properties } };
      const answer = await this.arm.call(armOperations.patchFileSystem, input, signal);
      this.failed.remember(key, operationUrl(answer));
      this.#accepted.set(key, { change, patched: true, seenAt: this.now() });
    } catch (error) {
      throw toDriverError(error, doing, 'effect', signal);
    }
  }

  #forget(key: string): void {
    this.#accepted.delete(key);
    this.failed.forget(key);
  }
}

interface Accepted {
  readonly change: SettingsChange;
  /** Whether the outcome of a long-running operation is awaited. */
  readonly patched: boolean;
  /** Milliseconds since the epoch of the last look at it. */
  seenAt: number;
  /** Milliseconds since the epoch: when Azure was first seen to have ended it and to show other settings. */
  differsSince?: number;
}

/** Whether all of a change was asked for in another one: of tags and properties, one may show before the other. */
const isPartOf = (change: SettingsChange, whole: SettingsChange): boolean =>
  (['tags', 'properties'] as const).every(
    (part) => change[part] === undefined || JSON.stringify(change[part]) === JSON.stringify(whole[part]),
  );

/** How long Azure may go on showing the old settings after it has changed them. */
const MILLISECONDS_TO_SHOW = 30_000;

/** Looks at a change under way are at most 20 seconds apart: after a longer gap, others may have changed what they
 *  liked. */
const MILLISECONDS_VALID = 60_000;

/** A file system of the same name that was created later is another one. */
const changeKey = (fileSystem: FileSystem): string =>
  `${operationKey(fileSystem)}#settings of ${fileSystem.createdAt?.toISOString() ?? ''}`;

function changeFailed(id: string, reason: string): DriverError {
  return new DriverError(
    'unavailable',
    `Azure failed to change the settings of file system ${id}: ${reason}. Its data is not touched; remove the ` +
      'cause, and the change is tried again',
  );
}

/** Whether the last operation on the file system has failed, whichever it was. */
const lastFailed = ({ cloudState }: FileSystem): boolean => /^(failed|canceled)$/i.test(cloudState);

/** What is under way on the file system, in the cloud's words; undefined: a change can begin. */
function pendingState({ state, cloudState }: FileSystem): string | undefined {
  // An expansion is no update of the resource itself: `Expanding` is a state of its health.
  const busy = ['creating', 'updating', 'deleting'].includes(state) && cloudState !== 'Expanding';
  return busy ? cloudState : undefined;
}
