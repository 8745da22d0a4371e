import { untilAborted } from '../concurrency/abort.js';
import { Coalescer } from '../concurrency/coalescer.js';
import { SharedPoller } from '../concurrency/shared-poller.js';
import type { Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import type { Snapshot, SnapshotRequest, VolumeSnapshots } from '../provider/volume-snapshots.js';
import { joinOrRun } from '../concurrency/join-or-run.js';
import type { FileSystem } from '../model/file-system.js';
import { fingerprint } from '../concurrency/fingerprint.js';
import { pollUntil, type Look, type Work } from '../concurrency/poll-until.js';
import type { OperationContext } from '../model/operation-context.js';
import { KeptListings } from './kept-listings.js';
import type { Page, PageRequest } from './paging.js';
import type { VolumeKind } from './volume-kind.js';
import type { VolumeRouter } from './volume-router.js';

const LISTING_TIMEOUT_MS = 60_000;

/** A snapshot typically takes minutes. */
const TYPICAL_SECONDS = 600;

/** Arguments of CreateSnapshot. */
export interface CreateSnapshotCommand extends SnapshotRequest {
  readonly sourceVolumeId: string;
}

/** Arguments of ListSnapshots. Empty filters are none. */
export interface ListSnapshotsQuestion extends PageRequest {
  readonly snapshotId: string;
  readonly sourceVolumeId: string;
}

/** Controller operations on snapshots. A snapshot is taken at once and ready later: CreateSnapshot responds as soon as
 *  the cloud has accepted it, and is repeated until it is ready. */
export class SnapshotOperations {
  readonly #exclusive = new Coalescer();
  readonly #listing: SharedPoller<readonly Snapshot[]>;
  readonly #pages: KeptListings<Snapshot>;

  constructor(
    private readonly snapshots: VolumeSnapshots,
    private readonly volumes: Pick<VolumeRouter, 'kindOf'>,
    private readonly clock: Clock,
  ) {
    this.#pages = new KeptListings(({ id }) => id, clock);
    this.#listing = new SharedPoller(() => snapshots.list(AbortSignal.timeout(LISTING_TIMEOUT_MS)), clock);
  }

  /** @throws DriverError not-found, already-exists, failed-precondition, and what the provider throws */
  async create(command: CreateSnapshotCommand, { signal }: OperationContext): Promise<Snapshot> {
    this.snapshots.parameters.read(command.parameters);
    return joinOrRun(
      this.#exclusive,
      {
        key: `snapshot ${command.name}`,
        fingerprint: fingerprint(command),
        work: (stopped) => this.#ensure(command, stopped),
      },
      signal,
    );
  }

  /** Unknown handles are gone already. Snapshots that this driver did not create are left alone. */
  async delete(snapshotId: string, { signal }: OperationContext): Promise<void> {
    const snapshot = await untilAborted(this.snapshots.find(snapshotId, signal), signal);
    if (!snapshot) return;
    if (snapshot.name === undefined) {
      throw new DriverError(
        'failed-precondition',
        `snapshot ${snapshotId} was not created by this driver and is not deleted. Set the deletion policy of its ` +
          'VolumeSnapshotContent to Retain and delete that; delete the snapshot in the cloud yourself to remove it',
      );
    }
    await joinOrRun(
      this.#exclusive,
      {
        key: `snapshot ${snapshotId}`,
        fingerprint: 'delete',
        work: (stopped, report) => this.#remove(snapshot, { signal: stopped, report }),
      },
      signal,
    );
  }

  /** A snapshot that is still being taken cannot be deleted yet: the deletion waits for it. */
  async #remove(snapshot: Snapshot, work: Work): Promise<void> {
    const look = async (): Promise<Look<void>> => {
      try {
        return { result: await this.snapshots.delete(snapshot, work.signal) };
      } catch (error) {
        if (!isDriverError(error, 'aborted')) throw error;
        return { waitingFor: error.message };
      }
    };
    await pollUntil(look, { clock: this.clock, typicalSeconds: TYPICAL_SECONDS }, work);
  }

  /** @throws DriverError not-found */
  async get(snapshotId: string, { signal }: OperationContext): Promise<Snapshot> {
    const snapshot = await untilAborted(this.snapshots.find(snapshotId, signal), signal);
    if (snapshot) return snapshot;
    throw new DriverError('not-found', `there is no snapshot "${snapshotId}"`);
  }

  /** @throws DriverError aborted if the token is not one of this driver's */
  async list(question: ListSnapshotsQuestion, { signal }: OperationContext): Promise<Page<Snapshot>> {
    const { snapshotId, sourceVolumeId } = question;
    const read = (): Promise<readonly Snapshot[]> => untilAborted(this.#matching(question, signal), signal);
    return this.#pages.page({ ...question, subject: fingerprint([snapshotId, sourceVolumeId]), read });
  }

  async #matching(question: ListSnapshotsQuestion, signal: AbortSignal): Promise<readonly Snapshot[]> {
    if (question.snapshotId !== '') {
      const snapshot = await this.snapshots.find(question.snapshotId, signal);
      return snapshot ? [snapshot] : [];
    }
    const all = await this.#listing.now();
    return all.filter(
      ({ name, state, sourceVolumeId }) =>
        name !== undefined &&
        state !== 'deleting' &&
        (question.sourceVolumeId === '' || question.sourceVolumeId === sourceVolumeId),
    );
  }

  async #ensure(command: CreateSnapshotCommand, signal: AbortSignal): Promise<Snapshot> {
    const { sourceVolumeId } = command;
    const kind = this.volumes.kindOf(sourceVolumeId);
    if (!kind.snapshotSource) return this.#refuse(kind, sourceVolumeId, signal);
    const nameTag = this.snapshots.nameTag(command.name);
    const listed = await untilAborted(this.#listing.now(), signal);
    const existing = listed.find(({ name, state }) => name === nameTag && state !== 'deleting');
    // Only a new one needs its source: a snapshot outlives its volume.
    if (!existing) return this.#cut(command, await kind.snapshotSource(sourceVolumeId, signal), signal);
    if (existing.sourceVolumeId !== sourceVolumeId) {
      throw new DriverError(
        'already-exists',
        `snapshot ${command.name} exists as ${existing.id}, of volume ${existing.sourceVolumeId}: use another name`,
      );
    }
    if (existing.state === 'failed') throw failed(existing);
    return existing;
  }

  async #refuse(kind: VolumeKind, volumeId: string, signal: AbortSignal): Promise<never> {
    await kind.get(volumeId, signal);
    throw new DriverError('failed-precondition', `volume "${volumeId}" is a directory, ${noSnapshots}`);
  }

  async #cut(command: CreateSnapshotCommand, fileSystem: FileSystem, signal: AbortSignal): Promise<Snapshot> {
    const objection = this.snapshots.refusalReason(fileSystem);
    if (objection) throw new DriverError('failed-precondition', objection);
    signal.throwIfAborted();
    return this.snapshots.create(command, fileSystem, signal);
  }
}

const noSnapshots =
  'which has no snapshots: a backup always holds the whole file system; take one of that, or copy the files in a pod';

/** Final, since the snapshotter deletes no VolumeSnapshot whose snapshot may still be under way. */
const failed = ({ id, cloudState, stateDetail }: Snapshot): DriverError =>
  new DriverError(
    'failed-precondition',
    `snapshot ${id} is ${cloudState}: ${stateDetail ?? 'the cloud gives no reason'}. Delete the VolumeSnapshot to ` +
      'remove it, and take another one',
  );
