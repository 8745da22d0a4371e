import {
  DriverError,
  type FileSystem,
  type Log,
  type ModificationStep,
  type VolumeModification,
  type VolumeReference,
} from '@lustre-csi/core';
import { operationUrl } from './arm-operation.js';
import { armOperations } from './arm-operations.js';
import type { Arm } from './arm.js';
import { toDriverError } from './errors.js';
import type { FailedOperations } from './failed-operations.js';
import { operationKey, type FileSystemReader } from './file-system-reader.js';
import { mutableParameterSchema, readMutableParameters } from './mutable-parameters.js';
import { settingsChange, toSettings } from './settings-change.js';

/** Changing file systems in place: one PATCH for all that is not yet as asked. The cloud's state says how far it is;
 *  the memory of this process only helps to say why a change failed, and not to ask for ever for what Azure spells
 *  otherwise. */
export class AmlModification implements VolumeModification {
  readonly parameters = mutableParameterSchema;
  /** The last change that Azure has accepted, by file system. */
  readonly #accepted = new Map<string, Accepted>();

  constructor(
    private readonly arm: Pick<Arm, 'call'>,
    private readonly reader: Pick<FileSystemReader, 'find'>,
    private readonly failed: FailedOperations,
    private readonly log: Log,
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
    const change = settingsChange(toSettings(resource), asked);
    const pending = pendingState(fileSystem);
    const accepted = this.#acceptedOf(fileSystem);
    if (pending) return { waitingFor: `file system ${fileSystem.id} is ${pending}` };
    if (accepted) await this.#throwIfFailed(fileSystem, signal);
    if (!change) return 'done';
    if (accepted?.change === JSON.stringify(change)) {
      this.log.warn(
        { fileSystem: fileSystem.id, change },
        'Azure has changed the settings, but shows others',
      );
      return 'done';
    }
    await this.#patch(fileSystem, change, signal);
    return { waitingFor: `the settings of file system ${fileSystem.id} are being changed` };
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

  async #patch(fileSystem: FileSystem, body: object, signal: AbortSignal): Promise<void> {
    const { id, scope } = fileSystem;
    const key = changeKey(fileSystem);
    try {
      const input = { resourceGroup: scope, name: id, body };
      const answer = await this.arm.call(armOperations.patchFileSystem, input, signal);
      this.failed.remember(key, operationUrl(answer));
      this.#accepted.set(key, { change: JSON.stringify(body), seenAt: this.now() });
    } catch (error) {
      const doing = `cannot change the settings of file system ${id} of resource group ${scope}`;
      throw toDriverError(error, doing, 'effect', signal);
    }
  }

  /** The change that this process has started is over. */
  async #throwIfFailed(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const { id } = fileSystem;
    const key = changeKey(fileSystem);
    const doing = `cannot find out how the change of file system ${id} ended`;
    const reason = await this.failed.reasonOf(key, signal).catch((error: unknown) => {
      throw toDriverError(error, doing, 'lookup', signal);
    });
    this.#forget(key);
    if (reason === undefined) return;
    throw new DriverError(
      'unavailable',
      `Azure failed to change the settings of file system ${id}: ${reason}. Its data is not touched; remove the ` +
        'cause, and the change is tried again',
    );
  }

  #forget(key: string): void {
    this.#accepted.delete(key);
    this.failed.forget(key);
  }
}

interface Accepted {
  /** The body of the PATCH. */
  readonly change: string;
  /** Milliseconds since the epoch of the last look at it. */
  seenAt: number;
}

/** Looks at a change under way are at most 20 seconds apart: after a longer gap, others may have changed what they
 *  liked. */
const MILLISECONDS_VALID = 60_000;

/** A file system of the same name that was created later is another one. */
const changeKey = (fileSystem: FileSystem): string =>
  `${operationKey(fileSystem)}#settings of ${fileSystem.createdAt?.toISOString() ?? ''}`;

/** What is under way on the file system, in the cloud's words; undefined: a change can begin. */
function pendingState({ state, cloudState }: FileSystem): string | undefined {
  // An expansion is no update of the resource itself: `Expanding` is a state of its health.
  const busy = ['creating', 'updating', 'deleting'].includes(state) && cloudState !== 'Expanding';
  return busy ? cloudState : undefined;
}
