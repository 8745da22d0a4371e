import type { VolumeReference } from '../model/volume-reference.js';
import { pause, type Clock } from '../concurrency/clock.js';
import type { VolumeModification } from '../provider/volume-modification.js';
import type { Work } from './idempotent-file-systems.js';
import { pollDelay } from '../concurrency/polling-pace.js';

/** Changing a file system in place usually takes minutes. */
const USUAL_SECONDS = 300;

/** ControllerModifyVolume: step by step, until the file system is as asked. */
export class ModifyVolume {
  constructor(
    private readonly modification: VolumeModification,
    private readonly clock: Clock,
  ) {}

  async run(
    reference: VolumeReference,
    parameters: Readonly<Record<string, string>>,
    { signal, report }: Work,
  ): Promise<void> {
    const began = this.clock.now();
    for (;;) {
      signal.throwIfAborted();
      const step = await this.modification.step(reference, parameters, signal);
      if (step === 'done') return;
      report(step.waitingFor);
      const ageSeconds = (this.clock.now() - began) / 1000;
      await pause(this.clock, pollDelay(ageSeconds, USUAL_SECONDS), signal);
    }
  }
}
