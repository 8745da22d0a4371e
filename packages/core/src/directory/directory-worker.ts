import { untilAborted } from '../concurrency/abort.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import { childProgram } from '../process/child-program.js';
import { CommandRunner } from '../process/command.js';
import type { Conversation } from '../process/conversation.js';
import { checkServers, describeStuckChild, type StuckChild } from '../process/stuck-child.js';
import { explainDirectoryFailure } from './explain-directory-failure.js';
import type { WorkerReply, WorkerResults, WorkerTask } from './registry/worker-protocol.js';

/** Milliseconds that a task may take: an `lfs` that waits for all servers is slow, a dead server is for ever. */
const TASK_MS = 60_000;

const program = childProgram('directory/registry/directory-worker');

interface Pending {
  readonly line: string;
  readonly settle: (outcome: WorkerReply | DriverError) => void;
}

/**
 * The process that touches one file system: does one task at a time, and is given up when one takes too long. As long as
 * the kernel holds a given-up process, no other is started beside it.
 */
export class DirectoryWorker {
  readonly #queue: Pending[] = [];
  #conversation: Conversation | undefined;
  #current: Pending | undefined;
  #callOffDeadline = (): void => {};
  #ids = 0;
  #stuck: StuckChild | undefined;
  #ending: Promise<unknown> = Promise.resolve();

  constructor(
    /** Mount point of the client. */
    private readonly root: string,
    /** The file system in messages. */
    private readonly title: string,
    private readonly runner: CommandRunner = new CommandRunner(),
    private readonly clock: Clock = systemClock,
  ) {}

  /** True while a task is under way or waits. */
  get isBusy(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }

  /** A process that nothing can end. */
  get stuck(): StuckChild | undefined {
    return this.#stuck;
  }

  /** Does a task. A caller that leaves stops nothing that has begun: that is done, or can be repeated. What has not begun
   *  is forgotten: while a file system does not answer, callers come and go for hours.
   *  @throws DriverError with the cause and the next step; the signal's reason */
  async run<T extends WorkerTask>(task: T, signal: AbortSignal): Promise<WorkerResults[T['operation']]> {
    const id = (this.#ids += 1);
    const outcome = await this.#outcome(JSON.stringify({ id, ...task }), signal);
    if (isDriverError(outcome)) throw outcome;
    if ('failure' in outcome) throw explainDirectoryFailure(this.title, outcome.failure);
    return outcome.result as WorkerResults[T['operation']];
  }

  async #outcome(line: string, signal: AbortSignal): Promise<WorkerReply | DriverError> {
    let forget = (): void => {};
    const outcome = new Promise<WorkerReply | DriverError>((settle) => {
      const pending: Pending = { line, settle };
      forget = () => {
        const index = this.#queue.indexOf(pending);
        if (index >= 0) this.#queue.splice(index, 1);
      };
      this.#queue.push(pending);
      this.#next();
    });
    try {
      return await untilAborted(outcome, signal);
    } finally {
      forget();
    }
  }

  /** Ends the process; a later task starts another. */
  async stop(): Promise<void> {
    const conversation = this.#conversation;
    this.#conversation = undefined;
    if (!conversation) return;
    const stuck = await conversation.stop();
    if (!stuck) return;
    this.#stuck = stuck;
    void stuck.ended.then(() => {
      this.#stuck = undefined;
    });
  }

  #next(): void {
    if (this.#current) return;
    const next = this.#queue.shift();
    if (!next) return;
    this.#current = next;
    void this.#ending.then(() => this.#start(next));
  }

  #start(task: Pending): void {
    if (this.#stuck) return this.#finish(this.#held(this.#stuck));
    try {
      this.#conversation ??= this.#converse();
    } catch (error) {
      return this.#finish(error as DriverError);
    }
    this.#callOffDeadline = this.clock.after(TASK_MS, () => this.#giveUp());
    this.#conversation.writeLine(task.line);
  }

  #converse(): Conversation {
    const conversation: Conversation = this.runner.converse(process.execPath, [program, this.root], {
      title: `the directory worker of ${this.title}`,
      onLine: (line) => {
        // What a process says that was given up is not the answer to what came later.
        if (this.#conversation === conversation) this.#finish(JSON.parse(line) as WorkerReply);
      },
      onEnd: (error) => {
        if (this.#conversation !== conversation) return;
        this.#conversation = undefined;
        if (this.#current) this.#finish(ended(this.title, error));
      },
    });
    return conversation;
  }

  #finish(outcome: WorkerReply | DriverError): void {
    this.#callOffDeadline();
    const current = this.#current;
    this.#current = undefined;
    current?.settle(outcome);
    this.#next();
  }

  /** Tasks that wait behind an unanswered one would not be answered, either. */
  #giveUp(): void {
    this.#ending = this.stop();
    const silent = new DriverError(
      'deadline-exceeded',
      `the file system ${this.title} did not answer within ${TASK_MS / 1000} s; the work is retried automatically. ${checkServers}`,
    );
    for (const { settle } of this.#queue.splice(0)) settle(silent);
    this.#finish(silent);
  }

  #held(child: StuckChild): DriverError {
    const what = describeStuckChild(child, this.clock.now());
    return new DriverError(
      'deadline-exceeded',
      `${what}, can be neither awaited nor killed. ${checkServers}`,
    );
  }
}

const ended = (title: string, error: Error | undefined): DriverError =>
  new DriverError(
    'unavailable',
    `the process that works on the directories of ${title} has ended${error ? ` (${error.message})` : ''}; the work is ` +
      'retried automatically. If this continues, the controller is out of memory or processes',
  );
