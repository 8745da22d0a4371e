/** Settings of a sidecar, as it takes them. */
export interface SidecarSettings {
  /** `--worker-threads`: calls that are under way at once. */
  readonly threads: number;
  /** `--timeout` of a call. Milliseconds. */
  readonly timeoutMs: number;
  /** `--retry-interval-start`: pause after the first call for an object. It doubles with each further one. Milliseconds. */
  readonly firstPauseMs: number;
  /** `--retry-interval-max`. Milliseconds. */
  readonly longestPauseMs: number;
  /** Time after which an object without an answer counts as failed, which no sidecar has. Milliseconds. */
  readonly giveUpMs: number;
}

/** External-provisioner as the chart runs it. */
export const provisionerOfChart: SidecarSettings = {
  threads: 100,
  timeoutMs: 300_000,
  firstPauseMs: 1_000,
  longestPauseMs: 10_000,
  giveUpMs: 240_000,
};

/** The same for a thousand objects. */
export const provisionerOfMany: SidecarSettings = { ...provisionerOfChart, giveUpMs: 1_200_000 };

/** The same with its own default of the timeout. A driver that forgets its work at the end of each call never ends. */
export const impatientProvisioner: SidecarSettings = {
  ...provisionerOfChart,
  timeoutMs: 10_000,
  giveUpMs: 300_000,
};

/** The same for volumes that exist already, if at all. */
export const provisionerOfRemains: SidecarSettings = { ...provisionerOfChart, giveUpMs: 60_000 };

/** Outcome of an object: the answer, or an error after which the sidecar waits for no result of the work. */
export type Outcome<T> = { readonly answer: T } | { readonly error: unknown };

/** gRPC codes after which the work may continue in the driver: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE.
 *  Source: `isFinalError` of external-provisioner. */
const isRepeated = (error: unknown): boolean =>
  [1, 4, 8, 10, 14].includes((error as { code?: number }).code ?? 0);

interface Entry<T> {
  readonly name: string;
  pauseMs: number;
  readonly end: (outcome: Outcome<T>) => void;
}

/**
 * Calls for many objects as a sidecar does: a queue, a number of threads, and for each object a pause between two calls, after
 * which it joins the end of the queue.
 */
export function runSidecar<T>(
  { threads, timeoutMs, firstPauseMs, longestPauseMs, giveUpMs }: SidecarSettings,
  names: readonly string[],
  call: (name: string, deadline: number) => Promise<T>,
): Promise<readonly Outcome<T>[]> {
  const queue: Entry<T>[] = [];
  let free = threads;
  const giveUp = Date.now() + giveUpMs;
  const work = async (entry: Entry<T>): Promise<void> => {
    try {
      entry.end({ answer: await call(entry.name, Math.min(Date.now() + timeoutMs, giveUp)) });
    } catch (error) {
      if (isRepeated(error) && Date.now() + entry.pauseMs < giveUp) later(entry);
      else entry.end({ error });
    }
    free += 1;
    advance();
  };
  const advance = (): void => {
    for (let entry; free > 0 && (entry = queue.shift());) {
      free -= 1;
      void work(entry);
    }
  };
  const join = (entry: Entry<T>): void => {
    queue.push(entry);
    advance();
  };
  const later = (entry: Entry<T>): void => {
    setTimeout(join, entry.pauseMs, entry);
    entry.pauseMs = Math.min(2 * entry.pauseMs, longestPauseMs);
  };
  return Promise.all(
    names.map((name) => new Promise<Outcome<T>>((end) => join({ name, pauseMs: firstPauseMs, end }))),
  );
}

/** Answers of all objects. @throws the first error */
export function answersOf<T>(outcomes: readonly Outcome<T>[]): readonly T[] {
  return outcomes.map((outcome) => {
    if ('error' in outcome) throw outcome.error;
    return outcome.answer;
  });
}

/** Number of objects that ended with an error. */
export const failuresOf = (outcomes: readonly Outcome<unknown>[]): number =>
  outcomes.filter((outcome) => 'error' in outcome).length;
