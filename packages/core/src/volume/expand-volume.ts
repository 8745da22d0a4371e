import type { VolumeReference } from '../model/volume-reference.js';
import type { Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import type { Growth, GrowingFileSystem, VolumeExpansion } from '../provider/volume-expansion.js';
import { Capacity, describeRange, type CapacityRange } from '../model/capacity.js';
import { isUsable } from '../model/file-system.js';
import { pollUntil, type Look, type Work } from '../concurrency/poll-until.js';
import { refuseOtherClusters } from './refuse-other-clusters.js';

/** An expansion typically takes minutes. */
const TYPICAL_SECONDS = 600;

/** Milliseconds that an expansion may be out of sight before it counts as gone: clouds show new work late, and
 *  capacity later than the end of the work. */
const MILLISECONDS_UNSEEN = 60_000;

/** Expansion that a call waits for. */
interface Awaited {
  readonly target: Capacity;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
  readonly undoing: boolean;
}

/** ControllerExpandVolume: joins a growth that is under way, starts one that is missing, and returns when clients
 *  can use the capacity. */
export class ExpandVolume {
  constructor(
    private readonly expansion: VolumeExpansion,
    private readonly clock: Clock,
  ) {}

  /** @throws DriverError not-found, out-of-range, and what the provider throws */
  async run(reference: VolumeReference, range: CapacityRange, work: Work): Promise<Capacity> {
    let awaited: Awaited | undefined;
    const look = async (): Promise<Look<Capacity>> => {
      const seen = await this.#look(reference, work.signal);
      refuseOtherClusters(seen.fileSystem, 'not expanded');
      const { capacity } = seen.fileSystem;
      if (!range.required || !capacity.isLessThan(range.required)) {
        return { result: withinLimit(capacity, range) };
      }
      awaited = await this.#advance(seen, range, awaited, work.signal);
      return { waitingFor: describeGrowth(seen, awaited.target) };
    };
    return pollUntil(look, { clock: this.clock, typicalSeconds: TYPICAL_SECONDS }, work);
  }

  /** Starts an expansion unless one is under way. @returns the expansion to wait for */
  async #advance(
    seen: GrowingFileSystem,
    range: CapacityRange,
    awaited: Awaited | undefined,
    signal: AbortSignal,
  ): Promise<Awaited> {
    const { fileSystem, growth } = seen;
    const target = await this.expansion.capacityFor(fileSystem, range);
    if (fileSystem.capacity.equals(Capacity.zero)) throw sizeless(fileSystem.id);
    const seenAt = this.clock.now();
    if (growth && growth.state !== 'failed') {
      return { target: growth.target, seenAt, undoing: growth.state === 'undoing' };
    }
    // An expansion that was joined may end with less than requested here: then the next one begins.
    if (awaited && fileSystem.capacity.isLessThan(awaited.target)) {
      // What this call has started or joined is over, and the capacity is not there.
      if (growth) throw failed(fileSystem.id, growth);
      if (awaited.undoing || seenAt - awaited.seenAt > MILLISECONDS_UNSEEN)
        throw gone(fileSystem.id, awaited);
      return awaited;
    }
    if (!isUsable(fileSystem)) {
      throw new DriverError(
        'aborted',
        `file system ${fileSystem.id} is ${fileSystem.cloudState}: it cannot be expanded now; the expansion is retried automatically`,
      );
    }
    await this.expansion.start(fileSystem, target, signal);
    return { target, seenAt, undoing: false };
  }

  async #look(reference: VolumeReference, signal: AbortSignal): Promise<GrowingFileSystem> {
    const seen = await this.expansion.look(reference, signal);
    if (seen) return seen;
    throw new DriverError(
      'not-found',
      `there is no file system ${reference.id} to expand: it was deleted in the cloud, or the driver looks at ` +
        'another account or region',
    );
  }
}

const sizeless = (id: string): DriverError =>
  new DriverError(
    'unavailable',
    `the cloud did not report the size of file system ${id}, so nothing was expanded; the expansion is retried automatically`,
  );

function withinLimit(capacity: Capacity, range: CapacityRange): Capacity {
  if (!range.limit || !capacity.isGreaterThan(range.limit)) return capacity;
  throw new DriverError(
    'out-of-range',
    `the volume has ${capacity.toString()}, but ${describeRange(range)} was requested; Lustre file systems do not shrink`,
  );
}

function describeGrowth({ fileSystem, growth }: GrowingFileSystem, target: Capacity): string {
  const { id, capacity } = fileSystem;
  const detail = growth?.detail ? ` (${growth.detail})` : '';
  if (growth?.state === 'undoing') {
    return `the cloud reverts the expansion of file system ${id} to ${target.toString()}${detail}; it keeps ${capacity.toString()}`;
  }
  const what = `file system ${id} is being expanded from ${capacity.toString()} to ${target.toString()}`;
  if (growth?.state === 'failed') return `${what}, after a failed attempt${detail}`;
  const percent = growth?.percent === undefined ? '' : `, ${growth.percent} % done`;
  return `${what}${percent}${detail}`;
}

function failed(id: string, { target, detail }: Growth): DriverError {
  return new DriverError(
    'unavailable',
    `file system ${id} was not expanded to ${target.toString()}: ${detail ?? 'the cloud gives no reason'}. It keeps ` +
      'its size and data; the expansion is retried automatically',
  );
}

function gone(id: string, { target, undoing }: Awaited): DriverError {
  const what = undoing ? 'was reverted' : 'is not under way any more, and the capacity is missing';
  return new DriverError(
    'unavailable',
    `the expansion of file system ${id} to ${target.toString()} ${what}. It keeps its size and data; the expansion ` +
      'is retried automatically',
  );
}
