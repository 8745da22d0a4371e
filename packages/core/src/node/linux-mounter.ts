import { release } from 'node:os';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import { formatMountSource } from '../volume/mount-source.js';
import type { CommandResult } from './command.js';
import { explainMountFailure } from './mount-failure.js';
import type { Mounter, MountRequest } from './mounter.js';
import { describeStuckChild, StuckChildError, type StuckChild } from './stuck-child.js';
import { TargetChildren } from './target-children.js';
import type { Limits } from './within.js';

/** mount(8) and umount(8) of util-linux, with mount.lustre(8) behind them. */
export class LinuxMounter implements Mounter {
  constructor(
    private readonly children: TargetChildren = new TargetChildren(),
    private readonly clock: Clock = systemClock,
  ) {}

  get stuck(): ReadonlyMap<string, StuckChild> {
    return this.children.stuck;
  }

  async mount({ source, target, options }: MountRequest, limits: Limits): Promise<void> {
    const from = formatMountSource(source);
    const optionArgs = options.length > 0 ? ['-o', options.join(',')] : [];
    const title = `mount -t lustre ${from} ${target}`;
    const result = await this.#run(
      target,
      ['mount', '-t', 'lustre', ...optionArgs, from, target],
      title,
      limits,
    );
    if (result.exitCode === 0) return;
    if (result.interruptedBy) throw this.#interrupted(title, limits);
    const { exitCode, stderr } = result;
    throw explainMountFailure({ exitCode, stderr, source: from, target, kernel: release() });
  }

  async unmount(target: string, limits: Limits): Promise<void> {
    // -c: looking at the path would hang on a dead server. -i: Lustre has no umount helper, none is to be called.
    const title = `umount ${target}`;
    const result = await this.#run(target, ['umount', '-c', '-i', target], title, limits);
    if (result.exitCode === 0 || /not mounted|no mount point/i.test(result.stderr)) return;
    if (result.interruptedBy) throw this.#interrupted(title, limits);
    throw explainUnmountFailure(title, result);
  }

  async settle(target: string, limits: Limits): Promise<void> {
    await this.children.settle(target, limits);
  }

  async adopt(targets: readonly string[]): Promise<void> {
    await this.children.adoptOrphans(targets);
  }

  async #run(
    target: string,
    [program = '', ...args]: readonly string[],
    title: string,
    { signal, endsAt }: Limits,
  ): Promise<CommandResult> {
    try {
      return await this.children.run(target, program, args, {
        signal,
        deadlineMs: endsAt - this.clock.now(),
        title,
      });
    } catch (error) {
      if (!(error instanceof StuckChildError)) throw error;
      throw new DriverError(
        'deadline-exceeded',
        `${describeStuckChild(error.child, this.clock.now())}, can be neither awaited nor killed; the next attempt ` +
          `waits for it. ${lookAtServers}`,
        { cause: error },
      );
    }
  }

  #interrupted(title: string, { signal }: Limits): DriverError {
    if (signal.aborted && signal.reason instanceof DriverError)
      return signal.reason.prefixed(`${title} was ended`);
    return new DriverError(
      'deadline-exceeded',
      `${title} did not end in time and was killed. ${lookAtServers}`,
    );
  }
}

const lookAtServers =
  'A Lustre server does not answer: check that the file system is available, the security rules for TCP 988 and ' +
  "1018-1023, and the node's kernel log";

function explainUnmountFailure(title: string, { exitCode, stderr }: CommandResult): DriverError {
  const what = `${title} failed (exit status ${exitCode ?? 'none'}): ${stderr.trim() || 'it said nothing'}`;
  if (/target is busy/i.test(stderr)) {
    return new DriverError(
      'failed-precondition',
      `${what}; a process of the node still works in the volume: find it with "fuser -vm" or "lsof" and end it`,
    );
  }
  if (/permitted|permission|superuser/i.test(stderr)) {
    return new DriverError(
      'permission-denied',
      `${what}; the node plugin's container must be privileged (CAP_SYS_ADMIN)`,
    );
  }
  return new DriverError('unavailable', `${what}; it is tried again, the node's kernel log may tell more`);
}
