import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../concurrency/clock.js';
import { processGroup, stopProcesses } from './stop-processes.js';
import { stuckChild, type StuckChild } from './stuck-child.js';

/** A program that is to run on and on. */
export interface ConversationOptions {
  /** The child in messages. */
  readonly title: string;
  /** Variables beside those that every child gets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each line that the child writes. */
  readonly onLine: (line: string) => void;
  /** Called once, when the child has ended, or could not be started. */
  readonly onEnd: (error?: Error) => void;
}

/** The parts of a child process that a conversation needs. */
export interface TalkingProcess {
  readonly pid?: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  once(event: 'exit', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  unref(): void;
}

/**
 * A child that is spoken to in lines. It keeps this process from nothing: neither from ending nor, when it is held by
 * the kernel, from going on.
 */
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
    // A line that comes too late for a child that has ended is lost; its end tells the rest.
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
    this.child.stdin?.write(`${line}\n`);
  }

  /** Ends the child with SIGKILL. Resolves to what is left of it, if the kernel holds it. */
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

/** Pipes are sockets for Node, which keep a process alive unless they are told not to. */
function unref(stream: Readable | Writable | null): void {
  (stream as { unref?: () => void } | null)?.unref?.();
}
