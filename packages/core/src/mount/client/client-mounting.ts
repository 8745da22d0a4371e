import type { Log } from '../../model/log.js';
import { release } from 'node:os';
import { pause, type Clock } from '../../concurrency/clock.js';
import { Limiter } from '../../concurrency/limiter.js';
import { DriverError, isDriverError } from '../../errors/driver-error.js';
import { formatMountSource, type LustreMountSource } from '../../model/mount-source.js';
import type { CommandResult } from '../../process/command.js';
import { describeMissingClient, readClientParts, type ClientParts } from './lustre-client.js';
import { noFinding, type MgsProbe } from './mgs-probe.js';
import { explainMountFailure, symptomOf, type FailedMount, type MountSymptom } from '../mount-failure.js';
import type { MountTable } from '../mount-table.js';
import type { MountRequest } from '../mounter.js';
import { runInSlot } from '../../concurrency/run-in-slot.js';
import { deadlineIn } from '../../concurrency/deadline-in.js';
import { waitWithLimits, type Limits } from '../../concurrency/wait-with-limits.js';

export interface ClientMountingParts {
  readonly readMountTable: () => Promise<MountTable>;
  readonly clock: Clock;
  readonly log: Log;
  readonly probe: Pick<MgsProbe, 'explain'>;
  /** Limits the number of clients that are mounted at once. Default: 4, each for at most 15 seconds. */
  readonly limiter?: Limiter;
  /** Finds the parts of a Lustre client on the node. */
  readonly readClient?: () => Promise<ClientParts>;
  /** Random number between 0 and 1; spreads retries. */
  readonly random?: () => number;
}

/** Runs mount(8) once. @throws DriverError if it did not end in time */
export type MountAttempt = (limits: Limits) => Promise<CommandResult>;

/** Default limit. Many mount.lustre at once collide in the client and fail with EEXIST. */
export const defaultMountLimit = { limit: 4, holdMs: 15_000 };
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;
/** Time before the deadline at which the driver probes the server of a mount that still runs. */
const PROBE_BEFORE_END_MS = 5_000;
const PROBE_MS = 3_000;

/**
 * Mounts Lustre clients: a few at a time, again after a collision (EEXIST), and with a probe of the client and the servers
 * before a failure is reported.
 */
export class ClientMounting {
  readonly limiter: Limiter;

  constructor(private readonly parts: ClientMountingParts) {
    this.limiter = parts.limiter ?? new Limiter({ ...defaultMountLimit, clock: parts.clock });
  }

  /** @throws DriverError with the cause, the findings of the probe and the next step */
  async run(request: MountRequest, limits: Limits, attempt: MountAttempt): Promise<void> {
    const before = (await this.parts.readMountTable()).at(request.target)?.id;
    for (let attempts = 1; ; attempts += 1) {
      const result = await this.#inTurn(request, limits, () =>
        this.#watched(request.source, limits, attempt),
      );
      if (result.exitCode === 0) return;
      const failed = failedMount(request, result);
      const symptom = symptomOf(failed);
      if (symptom !== 'exists' || attempts === MAX_ATTEMPTS)
        throw await this.#explained(failed, symptom, request);
      // mount.lustre fails likewise where the target is mounted already; the caller compares that mount.
      if ((await this.parts.readMountTable()).at(request.target)?.id !== before) return;
      const waitMs = this.#pauseMs(attempts);
      if (this.parts.clock.now() + waitMs >= limits.endsAt) throw explainMountFailure(failed);
      this.parts.log.info(
        { target: request.target, attempts, waitMs },
        'mount.lustre collided with another mount; it is tried again',
      );
      await pause(this.parts.clock, waitMs, limits.signal);
    }
  }

  /** Doubles each pause, and randomizes half of it, so that mounts that collided do not collide again. */
  #pauseMs(attempts: number): number {
    const random = this.parts.random ?? Math.random;
    return Math.round(FIRST_PAUSE_MS * 2 ** (attempts - 1) * (0.5 + random()));
  }

  /** Limits mounts by file system, since they wait for the same servers. */
  async #inTurn<T>({ source }: MountRequest, limits: Limits, work: () => Promise<T>): Promise<T> {
    const key = formatMountSource({ ...source, subdir: '' });
    const { limiter } = this;
    return runInSlot({ limiter, key, what: 'the mount', clock: this.parts.clock }, limits, work);
  }

  /** Probes the server of a mount that hangs before its deadline kills it, so that the error has the findings. */
  async #watched(source: LustreMountSource, limits: Limits, attempt: MountAttempt): Promise<CommandResult> {
    const { clock } = this.parts;
    const leftMs = Math.max(0, limits.endsAt - clock.now());
    let finding: Promise<string> | undefined;
    const cancelTimer = clock.after(Math.max(leftMs / 2, leftMs - PROBE_BEFORE_END_MS), () => {
      finding = this.#probe(source);
    });
    try {
      return await attempt(limits);
    } catch (error) {
      if (!finding || limits.signal.aborted || !isDriverError(error, 'deadline-exceeded')) throw error;
      const said = await finding;
      throw new DriverError(error.kind, `${error.message}. The server, ${said}`, {
        cause: error.cause ?? error,
      });
    } finally {
      cancelTimer();
    }
  }

  async #explained(
    failed: FailedMount,
    symptom: MountSymptom | undefined,
    { source }: MountRequest,
  ): Promise<DriverError> {
    if (symptom === 'no-client') {
      const parts = await (this.parts.readClient ?? readClientParts)();
      return explainMountFailure({ ...failed, finding: describeMissingClient(parts, failed.kernel) });
    }
    if (symptom !== 'unreachable') return explainMountFailure(failed);
    const said = await this.#probe(source);
    return explainMountFailure({ ...failed, finding: `the management server did not answer; ${said}` });
  }

  /** Probes a server for a few seconds at most. Never throws. */
  async #probe(source: LustreMountSource): Promise<string> {
    const { clock, probe } = this.parts;
    const finding = probe.explain(source).catch(noFinding);
    if ((await waitWithLimits(finding, deadlineIn(PROBE_MS, clock), clock)) === 'done') return finding;
    return 'probed from this node, did not answer in time';
  }
}

function failedMount({ source, target }: MountRequest, { exitCode, stderr }: CommandResult): FailedMount {
  return { exitCode, stderr, source: formatMountSource(source), target, kernel: release() };
}
