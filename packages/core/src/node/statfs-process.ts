import type { Measurement } from '../model/usage.js';
import { childProgram } from '../process/child-program.js';
import type { CommandRunner } from '../process/command.js';
import type { Conversation } from '../process/conversation.js';
import type { StuckChild } from '../process/stuck-child.js';
import { systemCallError, systemCallProgram } from '../process/system-calls.js';

/** Result of statfs(2). */
export interface StatfsResult extends Measurement {
  /** State of the mount table after statfs(2): the table is the same as long as this text is. Absent: the child does not see it. */
  readonly mountState?: string;
}

/** Error that the kernel returned for statfs(2). */
export class StatfsError extends Error {
  override readonly name = 'StatfsError';

  constructor(
    /** Symbolic name of errno(3): `ESHUTDOWN`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Error for a child that ended before it had answered. */
export class StatfsProcessEnded extends Error {
  override readonly name = 'StatfsProcessEnded';
}

/** Most requests that one child can have under way: each takes a thread, and a dead server keeps it. */
export const STATFS_THREADS = 32;

/** Place of the count of changes of the mount table among the numbers of a response. */
const MOUNT_CHANGES = 6;

/** Program of the child where `system-calls` was not built: a small heap, no helper threads of V8. */
export const nodeStatfsProgram: readonly string[] = [
  process.execPath,
  '--max-semi-space-size=1',
  '--max-old-space-size=16',
  '--v8-pool-size=0',
  childProgram('node/statfs'),
];

/**
 * Default program of the child. It speaks the protocol of `native/system-calls.c`: fields that are ended by NUL, `ID statfs PATH`,
 * are answered by a line, `ID ERRNO NUMBERS...`.
 */
export const statfsProgram: readonly string[] = systemCallProgram() ?? nodeStatfsProgram;

interface PendingRequest {
  readonly path: string;
  readonly resolve: (result: StatfsResult) => void;
  readonly reject: (error: Error) => void;
  isAbandoned: boolean;
}

let started = 0;

/** Child that measures file systems, many at a time. */
export class StatfsProcess {
  readonly #conversation: Conversation;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #retired: Promise<StuckChild | undefined>;
  readonly #started: Promise<void>;
  /** Number of this process, since each counts for itself. */
  readonly #number = (started += 1);
  #isReady = false;
  #questions = 0;
  #ended: Error | undefined;
  #isRetired = false;
  #stop: () => void = () => {};
  #start: () => void = () => {};

  /** @throws DriverError unavailable if no process can be created */
  constructor(runner: CommandRunner, [program = '', ...args]: readonly string[] = statfsProgram) {
    this.#started = new Promise((resolve) => (this.#start = resolve));
    this.#conversation = runner.converse(program, args, {
      title: 'the statfs helper',
      environment: { UV_THREADPOOL_SIZE: String(STATFS_THREADS) },
      onLine: (line) => this.#receive(line),
      onEnd: (error) => this.#end(error ?? new StatfsProcessEnded('the statfs helper has ended')),
    });
    this.#retired = new Promise((resolve) => {
      this.#stop = () => resolve(this.#conversation.stop());
    });
  }

  get pid(): number | undefined {
    return this.#conversation.pid;
  }

  /** True once it reads requests: the start of a process takes seconds on a node that is short of CPU time. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when it reads requests. @throws StatfsProcessEnded, DriverError if it never started */
  async started(): Promise<void> {
    await this.#started;
    if (this.#ended) throw this.#ended;
  }

  /** True if it can take one more request. */
  get isFree(): boolean {
    return this.#ended === undefined && !this.#isRetired && this.#pending.size < STATFS_THREADS;
  }

  /** Measures the file system at a path. @throws StatfsError, StatfsProcessEnded, DriverError if it never started */
  async ask(path: string): Promise<StatfsResult> {
    if (this.#ended) throw this.#ended;
    const id = (this.#questions += 1);
    return new Promise<StatfsResult>((resolve, reject) => {
      this.#pending.set(id, { path, resolve, reject, isAbandoned: false });
      this.#conversation.write([id, 'statfs', path, ''].join('\0'));
    });
  }

  /**
   * Stops taking requests and ends after the last answer; the request for `hungPath` is not waited for.
   * Resolves when the child has ended, or to the stuck child if a file system blocks it.
   */
  retire(hungPath?: string): Promise<StuckChild | undefined> {
    this.#isRetired = true;
    for (const request of this.#pending.values()) request.isAbandoned ||= request.path === hungPath;
    this.#stopIfDone();
    return this.#retired;
  }

  #receive(line: string): void {
    if (line === 'ready') {
      this.#isReady = true;
      return this.#start();
    }
    const [id, errno, ...numbers] = line.split(' ');
    const request = this.#pending.get(Number(id));
    this.#pending.delete(Number(id));
    if (errno === '0') request?.resolve(this.#measured(numbers));
    else request?.reject(statfsError(Number(errno)));
    this.#stopIfDone();
  }

  #measured(numbers: readonly string[]): StatfsResult {
    const changes = numbers[MOUNT_CHANGES];
    return {
      ...measurementOf(numbers),
      ...(changes === undefined ? {} : { mountState: `${this.#number}.${changes}` }),
    };
  }

  #stopIfDone(): void {
    if (this.#isRetired && [...this.#pending.values()].every(({ isAbandoned }) => isAbandoned)) this.#stop();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#start();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#stopIfDone();
  }
}

function statfsError(errno: number): StatfsError {
  const { code, words } = systemCallError(errno);
  return new StatfsError(code, `statfs(2) failed: ${words} (${code})`);
}

/** Computes a measurement from block size, blocks, free blocks, blocks for ordinary users, inodes and free inodes. Lustre
 *  counts blocks in units of f_bsize of statfs(2), and has no smaller fragments. */
export function measurementOf(numbers: readonly string[]): Measurement {
  const [size = 0n, blocks = 0n, free = 0n, available = 0n, inodes = 0n, freeInodes = 0n] =
    numbers.map(BigInt);
  return {
    bytes: { total: size * blocks, used: size * (blocks - free), available: size * available },
    inodes: { total: inodes, used: inodes - freeInodes, available: freeInodes },
  };
}
