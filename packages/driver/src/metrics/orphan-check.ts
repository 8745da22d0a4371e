import {
  ConfigurationError,
  messageOf,
  systemClock,
  type Clock,
  type Log,
  type Settings,
} from '@lustre-csi/core';

/** Shortest interval, in seconds: each check lists all file systems of the account. */
const SHORTEST_SECONDS = 300;
/** Longest interval of a timer of Node.js, in seconds. */
const LONGEST_SECONDS = 2_147_483;

/** Reads `--orphan-check-interval`.
 *  @returns milliseconds; undefined: no checks
 *  @throws ConfigurationError */
export function orphanCheckInterval(settings: Pick<Settings, 'flag'>): number | undefined {
  const value = settings.flag('orphan-check-interval');
  if (value === undefined) return undefined;
  const seconds = /^[0-9]+$/.test(value) ? Number(value) : NaN;
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds * 1000;
  throw new ConfigurationError(
    `--orphan-check-interval is "${value}": write a number of seconds, at least ${SHORTEST_SECONDS} and at most ${LONGEST_SECONDS}`,
  );
}

/** Inputs of the checks. */
export interface OrphanCheckParts {
  readonly intervalMs: number;
  /** Lists the orphans. */
  readonly find: () => Promise<readonly { readonly id: string }[]>;
  /** Reports whether this replica leads: only one of them checks. Undefined: unknown. */
  readonly leads: () => Promise<boolean | undefined>;
  readonly log: Log;
  readonly clock?: Pick<Clock, 'after'>;
}

/** Counts orphans at intervals, on the replica that leads. */
export class OrphanCheck {
  #count: number | undefined;
  #stopTimer: () => void = () => {};

  constructor(private readonly parts: OrphanCheckParts) {}

  /** Number at the last check; undefined: there was none, or another replica leads. */
  get count(): number | undefined {
    return this.#count;
  }

  /** Checks now, and then at intervals. */
  async start(): Promise<void> {
    await this.#check();
    const { clock = systemClock, intervalMs } = this.parts;
    this.#stopTimer = clock.after(intervalMs, () => void this.start());
  }

  stop(): void {
    this.#stopTimer();
  }

  async #check(): Promise<void> {
    const { find, leads, log } = this.parts;
    try {
      this.#count = (await leads()) === false ? undefined : await this.#found(find);
    } catch (error) {
      log.warn(
        { why: messageOf(error) },
        'file systems without a claim could not be counted; the check is repeated',
      );
    }
  }

  async #found(find: OrphanCheckParts['find']): Promise<number> {
    const orphans = await find();
    if (orphans.length > 0 && orphans.length !== this.#count) {
      const ids = orphans.map(({ id }) => id);
      this.parts.log.warn(
        { fileSystems: ids },
        'file systems have neither a PersistentVolume nor a claim: see `lustre-csi orphans`',
      );
    }
    return orphans.length;
  }
}
