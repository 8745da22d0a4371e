import type { VolumeReference } from '../model/volume-reference.js';
import type { Clock } from '../concurrency/clock.js';
import type { VolumeModification } from '../provider/volume-modification.js';
import { lookOf, pollUntil, type Look, type Work } from '../concurrency/poll-until.js';

/** A change in place typically takes minutes. */
const TYPICAL_SECONDS = 300;

/** ControllerModifyVolume: step by step, until the file system is as requested. */
export class ModifyVolume {
  constructor(
    private readonly modification: VolumeModification,
    private readonly clock: Clock,
  ) {}

  async run(
    reference: VolumeReference,
    parameters: Readonly<Record<string, string>>,
    work: Work,
  ): Promise<void> {
    const look = async (): Promise<Look<void>> =>
      lookOf(await this.modification.step(reference, parameters, work.signal));
    await pollUntil(look, { clock: this.clock, typicalSeconds: TYPICAL_SECONDS }, work);
  }
}
