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

/** Modification of file systems in place: one PATCH for all settings that differ, and one call for the tags. The state of
 *  the file system decides: a change is done when it shows the requested settings and the last operation has not failed.
 *  The memory of this process only adds the reason of a failure. */
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
    const requested = readMutableParameters(parameters);
    const found = await this.reader.find(reference, signal);
    if (!found) throw new DriverError('not-found', `there is no file system ${reference.id} to modify`);
    const { fileSystem, resource } = found;
    const settings = toSettings(resource);
    const change = settingsChange(settings, requested);
    const accepted = this.#acceptedOf(fileSystem);
    const pending = pendingState(fileSystem);
    if (pending) return { waitingFor: `file system ${fileSystem.id} is ${pending}` };
    const verdict = accepted && (await this.#verdict(fileSystem, accepted, change, signal));
    if (verdict) return verdict;
    // After a failed change, Azure may still show the requested settings: only another request shows their state.
    const wanted = change ?? (lastFailed(fileSystem) ? settingsAgain(settings, requested) : undefined);
    if (!wanted) return 'done';
    await this.#change(fileSystem, wanted, signal);
    return { waitingFor: `the settings of file system ${fileSystem.id} are being changed` };
  }

  /** Decides about the change that this process has started; undefined: another change is needed.
   *  @throws DriverError unavailable where it failed, or where Azure still shows other settings */
  async #verdict(
    fileSystem: FileSystem,
    accepted: Accepted,
    change: SettingsChange | undefined,
    signal: AbortSignal,
  ): Promise<ModificationStep | undefined> {
    const { id, cloudState } = fileSystem;
    const key = changeKey(fileSystem);
    const doing = `cannot look up the outcome of the change of file system ${id}`;
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
    throw changeFailed(id, `it reported success, but does not show the requested settings, ${missing}`);
  }

  /** Reports whether the missing settings are part of a change that Azure has completed a short time ago. */
  #mayShowLate(accepted: Accepted, change: SettingsChange | undefined): boolean {
    if (!change || !isPartOf(change, accepted.change)) return false;
    accepted.differsSince ??= this.now();
    return this.now() - accepted.differsSince <= MILLISECONDS_TO_SHOW;
  }

  /** Finds the last change that this process has requested, as long as it has watched it without a gap. */
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
    const { id, listingScope } = fileSystem;
    const { tags, properties } = change;
    const key = changeKey(fileSystem);
    const doing = `cannot change the settings of file system ${id} of resource group ${listingScope}`;
    const outcome = tags && (await mergeTags(this.arm, fileSystem, tags, { doing, signal }));
    // Tags that ARM has only accepted keep the file system busy: the next step requests the rest.
    if (!properties || outcome === 'accepted') {
      this.#accepted.set(key, { change: tags ? { tags } : {}, patched: false, seenAt: this.now() });
      return;
    }
    try {
      const input = { resourceGroup: listingScope, name: id, body: { properties } };
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
  /** Reports whether the outcome of a long-running operation is pending. */
  readonly patched: boolean;
  /** Time of the last look, in milliseconds since the epoch. */
  seenAt: number;
  /** Time at which Azure had completed it and first showed other settings, in milliseconds since the epoch. */
  differsSince?: number;
}

/** Reports whether another change contains all of a change: tags and properties may appear one after the other. */
const isPartOf = (change: SettingsChange, whole: SettingsChange): boolean =>
  (['tags', 'properties'] as const).every(
    (part) => change[part] === undefined || JSON.stringify(change[part]) === JSON.stringify(whole[part]),
  );

/** Time for which Azure may still show the old settings after a change. */
const MILLISECONDS_TO_SHOW = 30_000;

/** Longest gap between two looks at a change, which are at most 20 seconds apart: after a longer one, others may have
 *  changed the file system. */
const MILLISECONDS_VALID = 60_000;

/** Key of the changes of a file system. One of the same name that was created later has another key. */
const changeKey = (fileSystem: FileSystem): string =>
  `${operationKey(fileSystem)}#settings of ${fileSystem.createdAt?.toISOString() ?? ''}`;

function changeFailed(id: string, reason: string): DriverError {
  return new DriverError(
    'unavailable',
    `Azure failed to change the settings of file system ${id}: ${reason}. Its data is unchanged; remove the ` +
      'cause, and the change is retried automatically',
  );
}

/** Reports whether the last operation on the file system, of any kind, has failed. */
const lastFailed = ({ cloudState }: FileSystem): boolean => /^(failed|canceled)$/i.test(cloudState);

/** State of an operation in progress on the file system, in the cloud's words; undefined: a change can begin. */
function pendingState({ state, cloudState }: FileSystem): string | undefined {
  // An expansion is no update of the resource itself: `Expanding` is a state of its health.
  const busy = ['creating', 'updating', 'deleting'].includes(state) && cloudState !== 'Expanding';
  return busy ? cloudState : undefined;
}
