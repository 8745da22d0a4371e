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
  /** Bounds how many clients are mounted at once; by default 4, each for at most 15 seconds. */
  readonly limiter?: Limiter;
  /** What there is of a Lustre client on the node. */
  readonly readClient?: () => Promise<ClientParts>;
  /** Between 0 and 1; spreads retries. */
  readonly random?: () => number;
}

/** Runs mount(8) once. @throws DriverError if it did not end in time */
export type MountAttempt = (limits: Limits) => Promise<CommandResult>;

/** mount.lustre is started four at a time: many at once meet in the client and fail with EEXIST. */
export const defaultMountLimit = { limit: 4, holdMs: 15_000 };
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;
/** So long before its end a mount that still runs makes the driver look at the server. */
const PROBE_BEFORE_END_MS = 5_000;
const PROBE_MS = 3_000;

/**
 * Mounts Lustre clients: a few at a time, again when several met (EEXIST), and with a look at the client and the servers
 * before a failure is reported.
 */
export class ClientMounting {
  readonly limiter: Limiter;

  constructor(private readonly parts: ClientMountingParts) {
    this.limiter = parts.limiter ?? new Limiter({ ...defaultMountLimit, clock: parts.clock });
  }

  /** @throws DriverError with the cause, what was found out about it, and the next step */
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
      // mount.lustre says the same of what is there already; the caller compares that with what it wants.
      if ((await this.parts.readMountTable()).at(request.target)?.id !== before) return;
      const waitMs = this.#pauseMs(attempts);
      if (this.parts.clock.now() + waitMs >= limits.endsAt) throw explainMountFailure(failed);
      this.parts.log.info(
        { target: request.target, attempts, waitMs },
        'mount.lustre met another mount; again',
      );
      await pause(this.parts.clock, waitMs, limits.signal);
    }
  }

  /** Twice as long each time, half of it by chance, so that those who met once do not meet again. */
  #pauseMs(attempts: number): number {
    const random = this.parts.random ?? Math.random;
    return Math.round(FIRST_PAUSE_MS * 2 ** (attempts - 1) * (0.5 + random()));
  }

  /** Mounts of one file system wait for the same servers. */
  async #inTurn<T>({ source }: MountRequest, limits: Limits, work: () => Promise<T>): Promise<T> {
    const key = formatMountSource({ ...source, subdir: '' });
    const { limiter } = this;
    return runInSlot({ limiter, key, what: 'the mount', clock: this.parts.clock }, limits, work);
  }

  /** A mount that hangs is killed at its deadline; what to say about it has been found out until then. */
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

  /** Always answers, and soon. */
  async #probe(source: LustreMountSource): Promise<string> {
    const { clock, probe } = this.parts;
    const finding = probe.explain(source).catch(noFinding);
    if ((await waitWithLimits(finding, deadlineIn(PROBE_MS, clock), clock)) === 'done') return finding;
    return 'probed from this node, took too long to say more';
  }
}

function failedMount({ source, target }: MountRequest, { exitCode, stderr }: CommandResult): FailedMount {
  return { exitCode, stderr, source: formatMountSource(source), target, kernel: release() };
}
