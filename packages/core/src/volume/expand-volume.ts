import { pause, type Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import type { VolumeReference } from '../provider/controller-provider.js';
import type { Growth, GrowingFileSystem, VolumeExpansion } from '../provider/volume-expansion.js';
import { describeRange, type Capacity, type CapacityRange } from './capacity.js';
import { isUsable } from './file-system.js';
import type { Work } from './idempotent-file-systems.js';
import { pollDelay } from './polling-pace.js';

/** Growing usually takes minutes. */
const USUAL_SECONDS = 600;

/** ControllerExpandVolume: joins a growth that is under way, starts one that is missing, and returns when clients
 *  can use the capacity. */
export class ExpandVolume {
  constructor(
    private readonly expansion: VolumeExpansion,
    private readonly clock: Clock,
  ) {}

  /** @throws DriverError not-found, out-of-range, and what the provider throws */
  async run(reference: VolumeReference, range: CapacityRange, { signal, report }: Work): Promise<Capacity> {
    const began = this.clock.now();
    let awaiting: Capacity | undefined;
    for (;;) {
      signal.throwIfAborted();
      const seen = await this.#look(reference, signal);
      const { capacity } = seen.fileSystem;
      if (!range.required || !capacity.isLessThan(range.required)) return withinLimit(capacity, range);
      awaiting = await this.#advance(seen, range, awaiting, signal);
      report(describeGrowth(seen, awaiting));
      const ageSeconds = (this.clock.now() - began) / 1000;
      await pause(this.clock, pollDelay(ageSeconds, USUAL_SECONDS), signal);
    }
  }

  /** Makes sure that something is under way; gives the capacity that is being waited for. */
  async #advance(
    seen: GrowingFileSystem,
    range: CapacityRange,
    awaiting: Capacity | undefined,
    signal: AbortSignal,
  ): Promise<Capacity> {
    const { fileSystem, growth } = seen;
    const target = await this.expansion.capacityFor(fileSystem, range);
    if (growth?.state === 'running') return growth.target;
    // A growth that was joined may end with less than is asked for here: then the next one begins.
    if (awaiting && fileSystem.capacity.isLessThan(awaiting)) {
      // What this call has started or joined is over, and the capacity is not there.
      if (growth?.state === 'failed') throw failed(fileSystem.id, growth);
      return awaiting;
    }
    if (!isUsable(fileSystem)) {
      throw new DriverError(
        'aborted',
        `file system ${fileSystem.id} is ${fileSystem.cloudState}: it cannot grow now`,
      );
    }
    await this.expansion.start(fileSystem, target, signal);
    return target;
  }

  async #look(reference: VolumeReference, signal: AbortSignal): Promise<GrowingFileSystem> {
    const seen = await this.expansion.look(reference, signal);
    if (seen) return seen;
    throw new DriverError('not-found', `there is no file system ${reference.id} to expand`);
  }
}

function withinLimit(capacity: Capacity, range: CapacityRange): Capacity {
  if (!range.limit || !capacity.isGreaterThan(range.limit)) return capacity;
  throw new DriverError(
    'out-of-range',
    `the volume has ${capacity.toString()}, asked for is ${describeRange(range)}; Lustre file systems do not shrink`,
  );
}

function describeGrowth({ fileSystem, growth }: GrowingFileSystem, target: Capacity): string {
  const percent = growth?.percent === undefined ? '' : `, ${growth.percent} % done`;
  const detail = growth?.detail ? ` (${growth.detail})` : '';
  return `file system ${fileSystem.id} is growing from ${fileSystem.capacity.toString()} to ${target.toString()}${percent}${detail}`;
}

function failed(id: string, { target, detail }: Growth): DriverError {
  return new DriverError(
    'unavailable',
    `file system ${id} did not grow to ${target.toString()}: ${detail ?? 'the cloud gives no reason'}. It keeps its ` +
      'size and data; the expansion is tried again',
  );
}
