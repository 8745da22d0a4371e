import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../concurrency/clock.js';
import { processGroup, stopProcesses } from './stop-processes.js';
import { stuckChild, type StuckChild } from './stuck-child.js';

/** Settings of a long-lived child. */
export interface ConversationOptions {
  /** Name of the child in messages. */
  readonly title: string;
  /** Variables in addition to those of every child. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each line that the child writes. */
  readonly onLine: (line: string) => void;
  /** Called once, when the child has ended, or could not be started. */
  readonly onEnd: (error?: Error) => void;
}

/** Parts of a child process that a conversation needs. */
export interface TalkingProcess {
  readonly pid?: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  once(event: 'exit', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  unref(): void;
}

/** Child with a line-based protocol. It never blocks this process, nor keeps it from ending. */
export class Conversation {
  readonly #startedAt: number;
  #stopping: Promise<StuckChild | undefined> | undefined;

  constructor(
    private readonly child: TalkingProcess,
    private readonly options: ConversationOptions,
    private readonly clock: Clock,
  ) {
    this.#startedAt = clock.now();
    child.on('error', (error) => options.onEnd(error));
    child.once('exit', () => options.onEnd());
    // A line for a child that has ended is lost; `onEnd` reports the end.
    child.stdin?.on('error', () => {});
    if (child.stdout) createInterface({ input: child.stdout }).on('line', options.onLine);
    child.unref();
    unref(child.stdin);
    unref(child.stdout);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  writeLine(line: string): void {
    this.write(`${line}\n`);
  }

  /** Sends a request that is no line, such as fields that are ended by NUL. */
  write(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Ends the child with SIGKILL. Resolves to the stuck child if the kernel does not end it. */
  stop(): Promise<StuckChild | undefined> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<StuckChild | undefined> {
    const { pid } = this.child;
    if (pid === undefined) return undefined;
    const survivors = await stopProcesses(processGroup(pid), 0, this.clock);
    this.child.stdin?.destroy();
    this.child.stdout?.destroy();
    if (survivors.length === 0) return undefined;
    return stuckChild(this.options.title, this.#startedAt, survivors);
  }
}

/** Detaches a pipe from the event loop: Node.js treats it as a socket, which keeps the process alive. */
function unref(stream: Readable | Writable | null): void {
  (stream as { unref?: () => void } | null)?.unref?.();
}
