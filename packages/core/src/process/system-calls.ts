import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { Clock } from '../concurrency/clock.js';
import { waitWithLimits } from '../concurrency/wait-with-limits.js';
import { nativeProgram } from './child-program.js';
import type { CommandRunner, RunOptions } from './command.js';
import type { Conversation } from './conversation.js';
import { StuckChildError } from './stuck-child.js';

/**
 * Operation that a process of its own runs, with its arguments (`native/system-calls.c`): bind mounts by mount(2), umount2(2), and
 * the write of a small file in place (ENOTSUP: the text or the file is longer than a page, or the file is no regular one), and a look
 * at the mounts on a path (ENOSYS: the kernel or a filter of system calls has no such look).
 */
export type SystemCall =
  | readonly ['bind', source: string, target: string]
  | readonly [
      'bind-directory',
      root: string,
      target: string,
      create: '0' | '1',
      mode: string,
      uid: string,
      gid: string,
      parts: string,
    ]
  | readonly ['umount', target: string]
  | readonly ['write', path: string, text: string]
  | readonly ['look', path: string];

/** Result of a call. */
export interface SystemCallResult {
  /** Symbolic name of errno(3) with its words; absent: the call succeeded, or did not end. */
  readonly error?: SystemCallError;
  /** Words that the program adds to an error, or the result of a look. */
  readonly details?: readonly string[];
  /** Set if the call was ended early: it may have had its effect. */
  readonly interruptedBy?: 'deadline' | 'signal';
  /** Set if another process killed the one that ran the call: it may have had its effect. */
  readonly wasKilled?: true;
}

export interface SystemCallError {
  /** Name that Node.js has for the number: `EBUSY`; `ENOTSUP` also for EOPNOTSUPP. */
  readonly code: string;
  /** `resource busy or locked`. */
  readonly words: string;
}

/** Place in the arguments of the program for a path of PATH_MAX bytes, by which a restarted driver finds who works on a target. */
const SPACE = '-'.repeat(4096);
/** Processes that are kept for the next calls. */
const MAX_IDLE = 4;

/** Command line of the program that runs system calls; absent where it was not built, see `nativeProgram`. */
export function systemCallProgram(): readonly string[] | undefined {
  const program = nativeProgram('system-calls');
  return existsSync(program) ? [program, SPACE] : undefined;
}

/** Errors of file systems for which libuv has neither name nor words (uv.h, UV_ERRNO_MAP). */
const moreErrors: ReadonlyMap<number, readonly [code: string, words: string]> = new Map([
  [constants.errno.ESTALE, ['ESTALE', 'stale file handle']],
  [constants.errno.EDQUOT, ['EDQUOT', 'disk quota exceeded']],
]);

/** Reads an errno as the kernel numbers it. */
export function systemCallError(errno: number): SystemCallError {
  const known = getSystemErrorMap().get(-errno) ?? moreErrors.get(errno);
  const [code, words] = known ?? [`errno ${errno}`, 'no words are known for it'];
  return { code, words };
}

/**
 * Runs system calls in small processes that stay, one call at a time in each: it costs no fork of this process, which
 * is large. A process whose call does not end is abandoned like any child, and disturbs no other call.
 */
export class SystemCalls {
  readonly #idle: CallProcess[] = [];
  #isUsable = true;

  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly program: readonly string[] | undefined = systemCallProgram(),
  ) {}

  /** False where the program is missing or cannot run: then mount(8) and umount(8) do the work. */
  get isUsable(): boolean {
    return this.#isUsable && this.program !== undefined;
  }

  /**
   * Runs a call.
   * @returns undefined if the program cannot run; nothing was done then
   * @throws StuckChildError if the call neither ended in time nor could be killed; its process still exists then
   * @throws the signal's reason if it has aborted before the start
   */
  async run(call: SystemCall, options: RunOptions): Promise<SystemCallResult | undefined> {
    options.signal.throwIfAborted();
    const process = this.#takeProcess();
    if (!process) return undefined;
    const startedAt = this.clock.now();
    const limits = { signal: options.signal, endsAt: startedAt + options.deadlineMs };
    const answer = process.ask(call);
    const end = await waitWithLimits(answer, limits, this.clock);
    if (end === 'done') return this.#resultOf(await answer, process);
    const left = await process.stop();
    const command = options.title ?? call[0];
    if (left) throw new StuckChildError({ ...left, command, startedAt });
    const last = await answer;
    return { ...(typeof last === 'string' ? {} : resultOf(last)), interruptedBy: end };
  }

  /** Runs a call that no dead server can block, however long it takes. @returns undefined if the program cannot run */
  async complete(call: SystemCall): Promise<SystemCallResult | undefined> {
    const process = this.#takeProcess();
    return process && this.#resultOf(await process.ask(call), process);
  }

  /** Ends the processes that wait for calls. A later call starts another one. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((process) => process.stop()));
  }

  #takeProcess(): CallProcess | undefined {
    if (!this.isUsable || !this.program) return undefined;
    const idle = this.#idle.pop();
    if (idle) return idle;
    try {
      return new CallProcess(this.runner, this.program, (ended) => {
        const at = this.#idle.indexOf(ended);
        if (at >= 0) this.#idle.splice(at, 1);
      });
    } catch {
      return undefined; // The node is out of processes: mount(8) is tried, and reports it.
    }
  }

  #resultOf(outcome: Outcome, process: CallProcess): SystemCallResult | undefined {
    if (typeof outcome !== 'string') {
      if (this.#idle.length < MAX_IDLE) this.#idle.push(process);
      else void process.stop();
      return resultOf(outcome);
    }
    if (!process.wasReady) this.#isUsable = false;
    return outcome === 'killed' ? { wasKilled: true } : undefined;
  }
}

function resultOf([errno = '', ...details]: readonly string[]): SystemCallResult {
  if (errno !== '0') return { error: systemCallError(Number(errno)), details };
  return details.length > 0 ? { details } : {};
}

/** Errno and details, or the reason why there are none. */
type Outcome = readonly string[] | 'killed' | 'not started';

/** Process that runs one call at a time. */
class CallProcess {
  readonly #conversation: Conversation;
  #wasReady = false;
  #settle: (outcome: Outcome) => void = () => {};
  #ended: Outcome | undefined;

  /** @throws DriverError unavailable if no process can be created */
  constructor(
    runner: CommandRunner,
    [program = '', ...args]: readonly string[],
    onEnd: (ended: CallProcess) => void,
  ) {
    this.#conversation = runner.converse(program, args, {
      title: 'a system call',
      onLine: (line) => this.#receive(line),
      onEnd: (error) => {
        this.#end(error);
        onEnd(this);
      },
    });
  }

  /** True once it has read requests: before, the program itself may be what fails. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  /** Resolves to the outcome of a call; never rejects. */
  ask(call: SystemCall): Promise<Outcome> {
    if (this.#ended !== undefined) return Promise.resolve(this.#ended);
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#conversation.write(['0', ...call, ''].join('\0'));
    });
  }

  stop(): ReturnType<Conversation['stop']> {
    return this.#conversation.stop();
  }

  #receive(line: string): void {
    if (line === 'ready') this.#wasReady = true;
    else this.#settle(line.split(' ').slice(1));
  }

  #end(error: Error | undefined): void {
    this.#ended ??= error === undefined ? 'killed' : 'not started';
    this.#settle(this.#ended);
  }
}
