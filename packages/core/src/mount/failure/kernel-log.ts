import type { CommandRunner } from '../../process/command.js';
import { childProgram } from '../../process/child-program.js';
import { quoteLines } from './kernel-log-lines.js';

export interface KernelLogOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly path?: string;
}

const KMSG = '/dev/kmsg';
const READ_MS = 2_000;
/** The kernel's log has a clock of its own, which may differ a little from this one. */
const SLACK_MS = 1_000;

/**
 * Log of the node's kernel, in which a Lustre client reports causes that mount(2) cannot. It is read by a child with a
 * deadline, since it may be large; a container that is not privileged cannot read it.
 */
export class KernelLog {
  constructor(private readonly options: KernelLogOptions) {}

  /** Quotes lines of Lustre and LNet of the last milliseconds, those first that name one of these words. Undefined: there is
   *  none, or the log cannot be read. Never throws. */
  async quote(lastMs: number, words: readonly string[]): Promise<string | undefined> {
    const now = Number(process.hrtime.bigint() / 1_000n);
    const since = Math.max(0, Math.floor(now - (lastMs + SLACK_MS) * 1_000));
    const args = [childProgram('mount/failure/kernel-log'), this.options.path ?? KMSG, String(since)];
    try {
      const { exitCode, stdout } = await this.options.runner.run(process.execPath, args, {
        signal: new AbortController().signal,
        deadlineMs: READ_MS,
        graceMs: 0,
        title: `reading ${KMSG}`,
      });
      return exitCode === 0 ? quoteLines(stdout.split('\n').filter(Boolean), words) : undefined;
    } catch {
      return undefined;
    }
  }
}
