import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError, messageOf } from '../errors/driver-error.js';
import { Conversation, type ConversationOptions } from './conversation.js';
import { processGroup, stopProcesses } from './stop-processes.js';
import { stuckChild, StuckChildError } from './stuck-child.js';
import { deadlineIn } from '../concurrency/deadline-in.js';
import { waitWithLimits } from '../concurrency/wait-with-limits.js';

/** Limits and title of a command. */
export interface RunOptions {
  /** Signal that ends the command. */
  readonly signal: AbortSignal;
  /** Milliseconds after which the command is ended. */
  readonly deadlineMs: number;
  /** Milliseconds between SIGTERM and SIGKILL; 0: SIGKILL at once. Default 2000. */
  readonly graceMs?: number;
  /** Bytes of each stream that are kept, from its beginning. Default 64 KiB. */
  readonly outputLimit?: number;
  /** Command for messages, without confidential arguments. Default: the program's name. */
  readonly title?: string;
  /** Called with the id of the process, which leads the group of all that it starts. */
  readonly onStart?: (pid: number) => void;
}

/** Result of a command. */
export interface CommandResult {
  readonly pid: number;
  /** Exit status; null if a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Beginning of each stream (`outputLimit`); UTF-8. */
  readonly stdout: string;
  readonly stderr: string;
  /** Set if it was ended early. */
  readonly interruptedBy?: 'deadline' | 'signal';
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export const DEFAULT_GRACE_MS = 2000;
const OUTPUT_LIMIT = 64 * 1024;
/** Longest wait for the end of the output: a grandchild may keep the pipes open. */
const DRAIN_MS = 250;
/** Environment of every child. The driver's own is not passed on: it holds credentials on controllers. */
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/**
 * Starts programs: the only place of the driver that does. Every access to a path that a dead server can block goes through
 * here, because a child can be abandoned, and a thread cannot: a child that SIGKILL does not end (state D) is abandoned,
 * never waited for.
 */
export class CommandRunner {
  constructor(private readonly clock: Clock = systemClock) {}

  /**
   * Runs a program in a process group of its own, without a shell, and returns its result, with any exit status.
   * @throws StuckChildError if it neither ended in time nor could be killed; it still exists then
   * @throws DriverError failed-precondition if the program is not installed, unavailable if no process can be created
   * @throws the signal's reason if it has aborted before the start
   */
  async run(program: string, args: readonly string[], options: RunOptions): Promise<CommandResult> {
    options.signal.throwIfAborted();
    const startedAt = this.clock.now();
    const child = start(program, args);
    const exit = exitOf(child, program);
    const stdout = collect(child.stdout, options.outputLimit);
    const stderr = collect(child.stderr, options.outputLimit);
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const limits = { signal: options.signal, endsAt: startedAt + options.deadlineMs };
    const end = await waitWithLimits(exit, limits, this.clock);
    if (child.pid === undefined) return exit as Promise<never>; // Rejects: the program could not be started.
    if (end !== 'done' || (await exit).signal !== null) {
      await this.#stop(child, child.pid, { ...options, title: options.title ?? program }, startedAt);
    }
    const { code, signal } = await exit;
    await this.#drain(child);
    return {
      pid: child.pid,
      exitCode: code,
      signal,
      stdout: stdout(),
      stderr: stderr(),
      ...(end === 'done' ? {} : { interruptedBy: end }),
    };
  }

  /** Starts a program with a line-based protocol, in a process group of its own; its stderr is discarded. A program that
   *  cannot be started ends the conversation. @throws DriverError unavailable if no process can be created */
  converse(program: string, args: readonly string[], options: ConversationOptions): Conversation {
    const onEnd = (error?: Error): void => options.onEnd(error && notStarted(program, error));
    const child = start(program, args, ['pipe', 'pipe', 'ignore'], options.environment);
    return new Conversation(child, { ...options, onEnd }, this.clock);
  }

  /** Ends the child and what it started: mount(8) only waits for its helper, which does the work. */
  async #stop(
    child: ChildProcess,
    pid: number,
    options: RunOptions & { readonly title: string },
    startedAt: number,
  ): Promise<void> {
    const survivors = await stopProcesses(processGroup(pid), options.graceMs ?? DEFAULT_GRACE_MS, this.clock);
    if (survivors.length === 0) return;
    child.unref();
    child.stdout?.destroy();
    child.stderr?.destroy();
    throw new StuckChildError(await stuckChild(options.title, startedAt, survivors));
  }

  async #drain(child: ChildProcess): Promise<void> {
    const closed = Promise.all([ended(child.stdout), ended(child.stderr)]);
    if ((await waitWithLimits(closed, deadlineIn(DRAIN_MS, this.clock), this.clock)) === 'done') return;
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

type Stdio = 'ignore' | 'pipe';

function start(
  program: string,
  args: readonly string[],
  stdio: [Stdio, Stdio, Stdio] = ['ignore', 'pipe', 'pipe'],
  more: Readonly<Record<string, string>> = {},
): ChildProcess {
  try {
    // The root as working directory, so that no child keeps a volume busy.
    return spawn(program, args, { cwd: '/', env: { ...environment, ...more }, stdio, detached: true });
  } catch (error) {
    throw notStarted(program, error);
  }
}

function exitOf(child: ChildProcess, program: string): Promise<Exit> {
  const exit = new Promise<Exit>((resolve, reject) => {
    child.on('error', (error) => reject(notStarted(program, error)));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  exit.catch(() => {}); // The result of an abandoned child is not awaited.
  return exit;
}

function notStarted(program: string, error: unknown): DriverError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT' || code === 'EACCES') {
    return new DriverError(
      'failed-precondition',
      `${program} cannot be run (${code}): install it in the node plugin's image (mount and umount are in ` +
        `util-linux, stat in coreutils)`,
      { cause: error },
    );
  }
  return new DriverError(
    'unavailable',
    `${program} could not be started: ${messageOf(error)}; the node is out of processes, memory or file ` +
      `descriptors: raise the limits of the node plugin's container or free some`,
    { cause: error },
  );
}

/** Reads all output, so that the child never blocks on a full pipe, and keeps its beginning. */
function collect(stream: Readable | null, limit = OUTPUT_LIMIT): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('error', () => {}); // A broken pipe ends the output; the exit status shows the rest.
  stream?.on('data', (chunk: Buffer) => {
    if (size >= limit) return;
    const kept = chunk.subarray(0, limit - size);
    chunks.push(kept);
    size += kept.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

async function ended(stream: Readable | null): Promise<void> {
  if (!stream || stream.closed) return;
  await new Promise<void>((resolve) => stream.once('close', resolve));
}
