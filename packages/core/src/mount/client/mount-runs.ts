import type { Clock } from '../../concurrency/clock.js';
import type { LustreMountSource } from '../../model/mount-source.js';
import type { MountRequest, PendingMount } from '../mounter.js';
import { MountRun, type MountAttempt, type ReadWait } from './mount-run.js';

/** Time for which the failure of a mount that its callers had left waits for the next one. kubelet repeats a publish at least
 *  every two minutes. */
const KEEP_FAILURE_MS = 150_000;

/** Mounts that run, at most one for each target; and the failures of those whose callers had left. */
export class MountRuns {
  readonly #runs = new Map<string, MountRun>();
  readonly #left = new Set<MountRun>();

  constructor(
    private readonly clock: Clock,
    private readonly readWaitOf?: ReadWait,
  ) {}

  start(request: MountRequest, attempt: MountAttempt): MountRun {
    const run = new MountRun(request, attempt, this.clock, this.readWaitOf);
    this.#runs.set(request.target, run);
    void this.#forgetAtEnd(run);
    return run;
  }

  /** Mount of a target that runs, or that failed after its callers had left. */
  at(target: string): MountRun | undefined {
    return this.#runs.get(target);
  }

  /** Mounts that run, by target. */
  get pending(): ReadonlyMap<string, PendingMount> {
    const running = [...this.#runs].filter(([, { hasEnded }]) => !hasEnded);
    return new Map(
      running.map(([target, { startedAt, result }]) => {
        const ended = result.then(() => {}).catch(() => {});
        return [target, { startedAt, ended }];
      }),
    );
  }

  /** Mounts that their callers have left, the oldest first. */
  get left(): readonly MountRun[] {
    return [...this.#left];
  }

  /** Mount of another target that waits for one of these servers. */
  ofServer({ mgsNodes }: LustreMountSource, target: string): MountRun | undefined {
    const nids = new Set(mgsNodes.flat());
    return [...this.#runs.values()].find(
      ({ hasEnded, request }) =>
        !hasEnded && request.target !== target && request.source.mgsNodes.flat().some((nid) => nids.has(nid)),
    );
  }

  /** Remembers that the callers of a mount have got their answer. */
  leave(run: MountRun): void {
    if (!run.hasEnded) this.#left.add(run);
  }

  /** Forgets a mount whose result has been used. */
  forget(run: MountRun): void {
    if (this.#runs.get(run.request.target) === run) this.#runs.delete(run.request.target);
  }

  async #forgetAtEnd(run: MountRun): Promise<void> {
    const hasFailed = await run.result.then(
      ({ exitCode }) => exitCode !== 0,
      () => false,
    );
    const wasLeft = this.#left.delete(run);
    if (hasFailed && wasLeft) this.clock.after(KEEP_FAILURE_MS, () => this.forget(run));
    else this.forget(run);
  }
}
