import type { Log } from '../../model/log.js';
import { pause } from '../../concurrency/clock.js';
import { Limiter } from '../../concurrency/limiter.js';
import { DriverError, isDriverError } from '../../errors/driver-error.js';
import { formatMountSource, type LustreMountSource } from '../../model/mount-source.js';
import type { CommandResult } from '../../process/command.js';
import type { ServerLook } from './mgs-probe.js';
import { ChangeFailure } from '../failure/change-failure.js';
import { explainMountFailure, symptomOf } from '../failure/mount-failure.js';
import { isSameSource, lustreSourceOf } from '../mount-identity.js';
import type { MountTable } from '../table/mount-table.js';
import type { MountRequest, PendingMount } from '../mounter.js';
import { runInSlot } from '../../concurrency/run-in-slot.js';
import { waitWithLimits, type Limits } from '../../concurrency/wait-with-limits.js';
import type { HostNames } from './host-names.js';
import { stillMounting, type MountAttempt, type MountRun, type ReadWait } from './mount-run.js';
import { failedMount, MountDiagnosis, type MountDiagnosisParts } from './mount-diagnosis.js';
import { MountRuns } from './mount-runs.js';
import { boundRetry } from './retry-option.js';

export interface ClientMountingParts extends MountDiagnosisParts {
  readonly readMountTable: () => Promise<MountTable>;
  readonly log: Log;
  readonly names: Pick<HostNames, 'resolve'>;
  /** Limits the number of clients that are mounted at once. Default: 16, of which each gives up its place after 2 seconds. */
  readonly limiter?: Limiter;
  /** Reads how a mount waits in the kernel. Default: from /proc. */
  readonly readWait?: ReadWait;
  /** Random number between 0 and 1; spreads retries. */
  readonly random?: () => number;
}

/** Default limit: all that kubelet begins at once on a node with a few file systems. 12 at once were seen not to collide in the
 *  client; those that do (EEXIST) are repeated. One client of a file system waits for a server that is dead. */
export const defaultMountLimit = { limit: 16, stuckLimit: 1, holdMs: 2_000, overdueMs: 15_000 };
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;
/** Time before the deadline at which the driver probes the server of a mount that still runs. */
const PROBE_BEFORE_END_MS = 5_000;
/** Time after which a caller leaves a mount that waits for a server that is not seen, or for another mount. The caller has its
 *  answer within 15 seconds, the look at the servers included. */
const PATIENCE_MS = 8_000;
/** Time for which a server counts as reachable after a mount from it. */
const TRUST_MS = 60_000;
/** Most mounts that wait for servers that are not seen. */
const MAX_DOUBTFUL = 32;

/**
 * Mounts Lustre clients: after a look at their servers, a few at a time, again after a collision (EEXIST), and with a probe of
 * the client and the servers before a failure is reported.
 *
 * The kernel starts one new client at a time, and no signal ends the start of one whose management server is dead. So a
 * mount is not begun where no server can be seen; where that is not certain, one mount for each such server may wait, and
 * continues when its caller has got an early answer.
 */
export class ClientMounting {
  readonly limiter: Limiter;
  readonly #runs: MountRuns;
  readonly #diagnosis: MountDiagnosis;
  /** Times of the last mount from a NID. */
  readonly #mountedAt = new Map<string, number>();

  constructor(private readonly parts: ClientMountingParts) {
    this.limiter = parts.limiter ?? new Limiter({ ...defaultMountLimit, clock: parts.clock });
    this.#runs = new MountRuns(parts.clock, parts.readWait);
    this.#diagnosis = new MountDiagnosis(parts);
  }

  /** Mounts that run, by target, also those that no caller waits for. */
  get pending(): ReadonlyMap<string, PendingMount> {
    return this.#runs.pending;
  }

  /** Number of mounts that take longer than they should. */
  get overdue(): number {
    const now = this.parts.clock.now();
    const left = this.#runs.left.filter(({ startedAt }) => now - startedAt > defaultMountLimit.overdueMs);
    return this.limiter.overdue + left.length;
  }

  /** @throws DriverError with the cause, the findings of the probe and the next step */
  async run(written: MountRequest, limits: Limits, attempt: MountAttempt): Promise<void> {
    const request = { ...written, source: await this.parts.names.resolve(written.source) };
    const earlier = this.#runs.at(request.target);
    if (earlier && !earlier.fulfils(request)) await this.abandon(request.target);
    const look = await this.parts.probe.look(request.source);
    if (limits.signal.aborted) throw leftBefore(request, limits);
    if (earlier?.fulfils(request)) await this.#settle(request, limits, earlier, look);
    else if (await this.#isMounted(request)) return;
    else await this.#begin(request, limits, attempt, look);
    const now = this.parts.clock.now();
    for (const nid of request.source.mgsNodes.flat()) this.#mountedAt.set(nid, now);
  }

  async #begin(
    request: MountRequest,
    limits: Limits,
    attempt: MountAttempt,
    look: ServerLook,
  ): Promise<void> {
    if (look.verdict === 'unreachable') throw notStarted(request, look);
    if (look.verdict === 'reachable' || this.#isTrusted(request.source)) {
      await this.#repeat(request, limits, attempt);
    } else await this.#mountDoubtful(request, limits, attempt, look);
  }

  /** Returns true if a mount without a caller has ended since the caller looked into the mount table. */
  async #isMounted({ source, target }: MountRequest): Promise<boolean> {
    const mounted = (await this.parts.readMountTable()).at(target);
    const shown = mounted && lustreSourceOf(mounted);
    return shown !== undefined && isSameSource(shown, source);
  }

  /** Ends the mount of a target that no caller waits for; resolves also if the kernel does not end it. */
  async abandon(target: string): Promise<void> {
    const run = this.#runs.at(target);
    if (!run) return;
    await run.stop();
    this.#runs.forget(run);
  }

  async #repeat(request: MountRequest, limits: Limits, attempt: MountAttempt): Promise<void> {
    const { clock } = this.parts;
    const before = (await this.parts.readMountTable()).at(request.target)?.id;
    for (let attempts = 1; ; attempts += 1) {
      const startedAt = clock.now();
      const result = await this.#inTurn(request, limits, () => this.#watched(request, limits, attempt));
      if (result.exitCode === 0) return;
      const failed = failedMount(request, result);
      if (symptomOf(failed) !== 'exists' || attempts === MAX_ATTEMPTS)
        throw await this.#diagnosis.explain(failed, request.source, clock.now() - startedAt);
      // mount.lustre fails likewise where the target is mounted already; the caller compares that mount.
      if ((await this.parts.readMountTable()).at(request.target)?.id !== before) return;
      const waitMs = this.#pauseMs(attempts);
      if (clock.now() + waitMs >= limits.endsAt) throw explainMountFailure(failed);
      this.parts.log.info(
        { target: request.target, attempts, waitMs },
        'mount.lustre collided with another mount; it is tried again',
      );
      await pause(clock, waitMs, limits.signal);
    }
  }

  /** Mounts from servers that do not accept connections, and may be reachable by other ways: one mount at a time. */
  async #mountDoubtful(
    request: MountRequest,
    limits: Limits,
    attempt: MountAttempt,
    look: ServerLook,
  ): Promise<void> {
    for (;;) {
      await this.#refuseMoreDoubtful(request, look);
      // Nothing is awaited from here to the start: of two simultaneous mounts, one waits for the other.
      const other = this.#runs.ofServer(request.source, request.target);
      if (!other) break;
      await this.#waitPatiently(other, limits, look).catch((error: unknown) => {
        if (limits.signal.aborted || !other.hasEnded) throw error;
      });
      if (this.#isTrusted(request.source)) return this.#repeat(request, limits, attempt);
    }
    const run = this.#runs.start({ ...request, options: boundRetry(request.options, 0) }, attempt);
    await this.#settle(request, limits, run, look);
  }

  /** Uses the result of a mount, unless it takes too long. */
  async #settle(request: MountRequest, limits: Limits, run: MountRun, look: ServerLook): Promise<void> {
    const result = await this.#waitPatiently(run, limits, look);
    this.#runs.forget(run);
    if (result.exitCode === 0) return;
    const lastMs = this.parts.clock.now() - run.startedAt;
    throw await this.#diagnosis.explain(failedMount(request, result), request.source, lastMs);
  }

  /** @throws DriverError unavailable if the mount takes too long: it continues */
  async #waitPatiently(run: MountRun, limits: Limits, { words }: ServerLook): Promise<CommandResult> {
    const { clock, log } = this.parts;
    const patienceMs = Math.min(PATIENCE_MS, Math.max(0, limits.endsAt - clock.now()) / 2);
    const patience = { signal: limits.signal, endsAt: clock.now() + patienceMs };
    const end = await waitWithLimits(run.result, patience, clock);
    if (end === 'done') return run.result;
    if (end === 'signal') await run.stop(limits.signal.reason);
    if (run.hasEnded) return run.result;
    this.#runs.leave(run);
    const { target } = run.request;
    log.info({ target, source: run.source }, 'a mount takes long; its caller gets an answer before its end');
    const seen = words === '' ? '' : `; the management server, ${words}`;
    throw stillMounting(
      `mount -t lustre ${run.source} ${target} still waits: ${await run.describe()}${seen}`,
    );
  }

  /** Refuses to begin a mount behind others that wait: the kernel starts one client at a time. */
  async #refuseMoreDoubtful(request: MountRequest, look: ServerLook): Promise<void> {
    const { left } = this.#runs;
    const queued = await Promise.all(left.map((run) => run.waitsForOther()));
    if (left.length < MAX_DOUBTFUL && !queued.includes(true)) return;
    throw notStarted(request, {
      ...look,
      words: `${look.words}. ${left.length} mounts from such servers wait already, and the kernel starts one client at a time`,
    });
  }

  #isTrusted({ mgsNodes }: LustreMountSource): boolean {
    const since = this.parts.clock.now() - TRUST_MS;
    return mgsNodes.flat().some((nid) => (this.#mountedAt.get(nid) ?? 0) > since);
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

  /** Ends a mount at its deadline, with the findings of a probe in the error; leaves it where it waits for another mount. */
  async #watched(request: MountRequest, limits: Limits, attempt: MountAttempt): Promise<CommandResult> {
    const { clock } = this.parts;
    const leftMs = Math.max(0, limits.endsAt - clock.now());
    const options = boundRetry(request.options, leftMs);
    const run = this.#runs.start({ ...request, options }, attempt);
    let finding: Promise<string> | undefined;
    const cancelTimer = clock.after(Math.max(leftMs / 2, leftMs - PROBE_BEFORE_END_MS), () => {
      finding = this.#diagnosis.probe(request.source);
    });
    try {
      return await this.#untilDone(run, limits);
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

  async #untilDone(run: MountRun, limits: Limits): Promise<CommandResult> {
    const { clock } = this.parts;
    for (;;) {
      const endsAt = Math.min(limits.endsAt, clock.now() + PATIENCE_MS);
      const end = await waitWithLimits(run.result, { signal: limits.signal, endsAt }, clock);
      if (end === 'signal') await run.stop(limits.signal.reason);
      else if (end === 'deadline' && clock.now() >= limits.endsAt) await run.stop();
      else if (end === 'deadline' && (await run.waitsForOther())) throw await this.#behindOthers(run);
      if (run.hasEnded) return run.result;
    }
  }

  /** Error for a mount that the kernel begins after another one. */
  async #behindOthers(run: MountRun): Promise<DriverError> {
    this.#runs.leave(run);
    const first = this.#runs.left.find((other) => other !== run);
    const culprit = first
      ? `Before it is mount -t lustre ${first.source} (${await first.describe()}): its management server does not answer`
      : 'Before it is a mount of another program, whose management server does not answer';
    return stillMounting(
      `mount -t lustre ${run.source} ${run.request.target} waits for another mount: ${await run.describe()}. ${culprit}`,
    );
  }
}

/** Error for a mount that was not begun, because no server can be seen. */
const notStarted = ({ source, target }: MountRequest, { words }: ServerLook): DriverError =>
  new DriverError(
    'unavailable',
    `mount -t lustre ${formatMountSource(source)} ${target} was not started: the management server did not answer; ` +
      `${words}. The next attempt looks again`,
    { cause: new ChangeFailure('not-started') },
  );

const leftBefore = ({ source, target }: MountRequest, { signal }: Limits): DriverError =>
  isDriverError(signal.reason)
    ? signal.reason.prefixed(`mounting ${formatMountSource(source)} on ${target} was not begun`)
    : new DriverError('cancelled', `the call was given up before the mount began`, { cause: signal.reason });
