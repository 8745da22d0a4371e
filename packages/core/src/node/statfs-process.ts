import type { Measurement } from '../model/usage.js';
import { childProgram } from '../process/child-program.js';
import type { CommandRunner } from '../process/command.js';
import type { Conversation } from '../process/conversation.js';
import type { StuckChild } from '../process/stuck-child.js';

/** Request for the size of a file system: a line of JSON to the child. */
export interface StatfsRequest {
  readonly id: number;
  readonly path: string;
}

/** Line of JSON from the child: its first one, once it reads requests, or the result of statfs(2). */
export type StatfsResponse =
  | { readonly ready: true }
  | { readonly id: number; readonly numbers: readonly string[] }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

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

/** Default program of the child: a small heap, no helper threads of V8. */
export const statfsProgram: readonly string[] = [
  process.execPath,
  '--max-semi-space-size=1',
  '--max-old-space-size=16',
  '--v8-pool-size=0',
  childProgram('node/statfs'),
];

interface PendingRequest {
  readonly path: string;
  readonly resolve: (measurement: Measurement) => void;
  readonly reject: (error: Error) => void;
  isAbandoned: boolean;
}

/** Child that measures file systems, many at a time. */
export class StatfsProcess {
  readonly #conversation: Conversation;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #retired: Promise<StuckChild | undefined>;
  readonly #started: Promise<void>;
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
      onLine: (line) => this.#receive(JSON.parse(line) as StatfsResponse),
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
  async ask(path: string): Promise<Measurement> {
    if (this.#ended) throw this.#ended;
    const id = (this.#questions += 1);
    return new Promise<Measurement>((resolve, reject) => {
      this.#pending.set(id, { path, resolve, reject, isAbandoned: false });
      this.#conversation.writeLine(JSON.stringify({ id, path } satisfies StatfsRequest));
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

  #receive(answer: StatfsResponse): void {
    if ('ready' in answer) {
      this.#isReady = true;
      return this.#start();
    }
    const request = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('error' in answer) request?.reject(new StatfsError(answer.error.code, answer.error.message));
    else request?.resolve(measurementOf(answer.numbers));
    this.#stopIfDone();
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
