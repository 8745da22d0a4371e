import {
  DriverError,
  type FileSystem,
  type ModificationStep,
  type VolumeModification,
  type VolumeReference,
} from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import { toOperation, type LongRunningOperations } from '../api/long-running.js';
import { lustreOperations } from '../api/lustre-operations.js';
import {
  mutableParameterSchema,
  readMutableParameters,
  type MutableParameters,
} from '../parameters/mutable-parameters.js';
import { settingsChange, toSettings, type SettingsChange } from '../plan/settings-change.js';
import { handleOf } from './instance-reader.js';
import { readBeforeUpdate, type UpdateServices } from './read-before-update.js';
import { WatchedChanges } from './watched-changes.js';

/** Time for which Google may still show the old settings after a change, in milliseconds. */
const MILLISECONDS_TO_SHOW = 30_000;

interface Accepted {
  readonly change: SettingsChange;
  /** Time at which the change was done and first missing, in milliseconds since the epoch. */
  missingSince?: number;
}

/** Modification of instances in place: one update for all settings that differ. The instance decides: a change is done when
 *  it shows the requested settings. The memory of this process only adds the reason of a failure. */
export class InstanceModification implements VolumeModification {
  readonly parameters = mutableParameterSchema;
  readonly #changes: WatchedChanges<Accepted>;

  constructor(
    private readonly services: UpdateServices & { readonly operations: Pick<LongRunningOperations, 'find'> },
    private readonly now: () => number = Date.now,
  ) {
    this.#changes = new WatchedChanges(services.operations);
  }

  check(parameters: Readonly<Record<string, string>>): void {
    readMutableParameters(parameters);
  }

  async step(
    reference: VolumeReference,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ModificationStep> {
    const requested = readMutableParameters(parameters);
    const found = await this.services.reader.read(reference, signal);
    if (!found) throw new DriverError('not-found', `there is no instance ${reference.id} to modify`);
    const { fileSystem, resource } = found;
    if (['creating', 'deleting'].includes(fileSystem.state)) {
      return { waitingFor: `instance ${fileSystem.id} is ${fileSystem.cloudState}` };
    }
    const change = settingsChange(toSettings(resource), requested);
    const verdict = await this.#verdict(fileSystem, change, signal);
    if (verdict) return verdict;
    return change ? this.#change(fileSystem, requested, signal) : 'done';
  }

  /** Decides about the change that this process has requested; undefined: none, or it is done.
   *  @throws DriverError unavailable where it failed, or does not show */
  async #verdict(
    fileSystem: FileSystem,
    change: SettingsChange | undefined,
    signal: AbortSignal,
  ): Promise<ModificationStep | undefined> {
    const outcome = await this.#changes.outcomeOf(fileSystem, signal);
    if (!outcome) return undefined;
    const { operation, what } = outcome;
    if (!operation.isDone)
      return { waitingFor: `the settings of instance ${fileSystem.id} are being changed` };
    const isMissing = change !== undefined && Object.keys(change).every((field) => field in what.change);
    if (operation.failure === undefined && isMissing) {
      what.missingSince ??= this.now();
      if (this.now() - what.missingSince <= MILLISECONDS_TO_SHOW) {
        return { waitingFor: `instance ${fileSystem.id} does not show its new settings yet` };
      }
    }
    this.#changes.forget(fileSystem);
    if (operation.failure !== undefined) throw changeFailed(fileSystem.id, operation.failure);
    if (!isMissing) return undefined;
    const missing = Object.keys(change).join(', ');
    throw changeFailed(fileSystem.id, `it reported success, but does not show the requested ${missing}`);
  }

  async #change(
    fileSystem: FileSystem,
    requested: MutableParameters,
    signal: AbortSignal,
  ): Promise<ModificationStep> {
    const { id } = fileSystem;
    try {
      const found = await readBeforeUpdate(this.services, fileSystem, signal);
      const change = found && settingsChange(toSettings(found.resource), requested);
      if (!change) return { waitingFor: `instance ${id} has just been changed` };
      const input = { ...handleOf(id), body: change };
      const answer = await this.services.api.call(lustreOperations.updateInstance, input, signal);
      this.#changes.remember(fileSystem, toOperation(answer), { change });
      return { waitingFor: `the settings of instance ${id} are being changed` };
    } catch (error) {
      const failure = toDriverError(error, `cannot change the settings of instance ${id}`, 'effect', signal);
      if (failure.kind !== 'aborted') throw failure;
      return { waitingFor: `instance ${id} has another operation in progress` };
    }
  }
}

const changeFailed = (id: string, reason: string): DriverError =>
  new DriverError(
    'unavailable',
    `Google failed to change the settings of instance ${id}: ${reason}. Its data is unchanged; remove the cause, and the ` +
      'change is retried automatically',
  );
