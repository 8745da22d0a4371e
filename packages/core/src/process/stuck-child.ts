import { describeKernelWait } from './kernel-waits.js';
import { readWaitChannel, stillAlive, type ProcessStat } from './process-table.js';

/** Child process that outlived its deadline and SIGKILL: it is blocked in the kernel, usually in state D. */
export interface StuckChild {
  readonly pid: number;
  /** Purpose of the child, for messages: `mount -t lustre 10.0.0.4@tcp:/lustrefs /target`. */
  readonly command: string;
  /** Start, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Last known state, a letter of /proc/PID/stat. */
  readonly state: string;
  /** Kernel function in which it waits; absent: the kernel shows none. */
  readonly waitsIn?: string;
  /** Resolves when the child has ended. Keeps no process alive. */
  readonly ended: Promise<void>;
}

/** Error for a child that could not be ended. */
export class StuckChildError extends Error {
  override readonly name = 'StuckChildError';

  constructor(readonly child: StuckChild) {
    super(`process ${child.pid} (${child.command}) does not end`);
  }
}

/** Next step for a child that waits for Lustre servers; a sentence. */
export const checkServers =
  'Check that the file system is available, that security rules allow TCP 988 and 1018-1023 between the node and the ' +
  "file system, and the node's kernel log";

const stateNames: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    D: 'uninterruptible sleep: the kernel waits for a server',
    I: 'idle sleep: the kernel waits for a server, and no signal ends the wait',
    R: 'running',
    S: 'sleeping',
    T: 'stopped',
    t: 'stopped by a debugger',
  }),
);

/** Describes the state of a process for a message: `state D (…) in FUNCTION`. */
export function describeState({ state, waitsIn }: Pick<StuckChild, 'state' | 'waitsIn'>): string {
  const meaning = stateNames.get(state);
  const words = meaning === undefined ? '' : ` (${meaning})`;
  return `state ${state}${words}${describeKernelWait(waitsIn)}`;
}

/** Describes a child for a message: pid, command, state and age. */
export function describeStuckChild(child: StuckChild, now: number): string {
  const seconds = Math.max(0, Math.round((now - child.startedAt) / 1000));
  return `process ${child.pid} (${child.command}), in ${describeState(child)}, for ${seconds} s`;
}

const LOOK_EVERY_MS = 250;

/** Finds the process that shows the cause: mount(8) only waits for its helper, which is in state D or I. */
export const waitingProcess = (processes: readonly ProcessStat[]): ProcessStat | undefined =>
  processes.find(({ state }) => state === 'D') ??
  processes.find(({ state }) => state === 'I') ??
  processes.at(-1);

/** Builds the description of a child from its surviving processes. */
export async function stuckChild(
  command: string,
  startedAt: number,
  survivors: readonly ProcessStat[],
): Promise<StuckChild> {
  const culprit = waitingProcess(survivors);
  const waitsIn = culprit && (await readWaitChannel(culprit.pid));
  return {
    pid: culprit?.pid ?? 0,
    command,
    startedAt,
    state: culprit?.state ?? '?',
    ...(waitsIn === undefined ? {} : { waitsIn }),
    ended: untilGone(survivors),
  };
}

async function untilGone(processes: readonly ProcessStat[]): Promise<void> {
  for (let alive = processes; alive.length > 0; alive = await stillAlive(alive)) {
    await new Promise<void>((resolve) => setTimeout(resolve, LOOK_EVERY_MS).unref());
  }
}
