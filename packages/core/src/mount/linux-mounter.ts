import type { Log } from '../model/log.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import type { RootSettings } from '../model/publish-settings.js';
import { formatMountSource } from '../model/mount-source.js';
import { BindMounting } from './bind-mounting.js';
import { CommandRunner, type CommandResult, type RunOptions } from '../process/command.js';
import type { SystemCall, SystemCallResult } from '../process/system-calls.js';
import { ClientImports } from './client/client-imports.js';
import { ClientInstances } from './client/client-instance.js';
import { ClientMounting, type ClientMountingParts } from './client/client-mounting.js';
import { HostNames } from './client/host-names.js';
import { mountCommand, type MountHelper } from './client/mount-helper.js';
import { MgsProbe, type ServerProbe } from './client/mgs-probe.js';
import { KernelLog } from './failure/kernel-log.js';
import {
  explainCallFailure,
  explainCommandFailure,
  isNotMounted,
  killedFromOutside,
} from './failure/mount-failure.js';
import type { MountTable } from './table/mount-table.js';
import { readMountTable } from './table/mount-table-reader.js';
import type {
  BindRequest,
  ClientDirectory,
  Mounter,
  MounterCounts,
  MountRequest,
  PendingMount,
} from './mounter.js';
import {
  checkServers,
  describeStuckChild,
  StuckChildError,
  type StuckChild,
} from '../process/stuck-child.js';
import type { TargetChildren } from '../process/target-children.js';
import { Unmounting, type UnmountEscalation, type UnmountFlag, type UnmountingParts } from './unmounting.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

/** Dependencies and settings of a mounter; all but the log have defaults. */
export interface LinuxMounterParts
  extends Pick<ClientMountingParts, 'limiter' | 'readClient'>, Pick<UnmountingParts, 'sharesClient'> {
  readonly log: Log;
  readonly readMountTable?: () => Promise<MountTable>;
  /** Probe of management servers. Default: TCP and `lctl ping`. */
  readonly probe?: ServerProbe;
  /** Host names in sources. Default: the resolver of the system. */
  readonly names?: Pick<HostNames, 'resolve'>;
  /** Log of the node's kernel. Default: /dev/kmsg. */
  readonly kernelLog?: ClientMountingParts['kernelLog'];
  /** Use of mount.lustre(8). Default: where it is installed. */
  readonly mountHelper?: MountHelper;
  /** Default: neither by force nor lazily. */
  readonly escalation?: UnmountEscalation;
  /** Private directory in which bind mounts get their options. Default: a directory below the system's temporary one. */
  readonly stageDir?: string;
  /** Connections of the client to its servers, read before a forced unmount. */
  readonly imports?: Pick<ClientImports, 'connectionsOf'>;
  /** Distinct clients, where force is allowed. */
  readonly instances?: UnmountingParts['instances'];
}

/**
 * Mounter of clients by mount(8) of util-linux, which calls mount.lustre(8). Bind mounts and plain unmounts are system calls
 * in small processes that stay (`SystemCalls`), or mount(8) and umount(8) where these cannot run.
 */
export class LinuxMounter implements Mounter {
  readonly #mounting: ClientMounting;
  readonly #unmounting: Unmounting;
  readonly #binding: BindMounting;

  constructor(
    private readonly children: TargetChildren,
    private readonly clock: Clock,
    private readonly parts: LinuxMounterParts,
  ) {
    const basis = {
      ...parts,
      clock,
      readMountTable: parts.readMountTable ?? readMountTable,
    };
    const runner = new CommandRunner(clock);
    const probe = parts.probe ?? new MgsProbe({ runner, clock });
    const names = parts.names ?? new HostNames({ clock });
    const kernelLog = parts.kernelLog ?? new KernelLog({ runner });
    this.#mounting = new ClientMounting({ ...basis, probe, names, kernelLog });
    this.#binding = new BindMounting({
      run: (...call) => this.#run(...call),
      interrupted: (...call) => this.#interrupted(...call),
      call: (...call) => this.#call(...call),
      children,
      stageDir: parts.stageDir ?? join(tmpdir(), 'lustre-csi-stages'),
      clock,
      log: parts.log,
    });
    this.#unmounting = new Unmounting({
      ...basis,
      imports: parts.imports ?? new ClientImports({ runner }),
      instances: parts.instances ?? new ClientInstances({ runner }),
    });
  }

  get stuck(): ReadonlyMap<string, StuckChild> {
    return this.children.stuck;
  }

  get pending(): ReadonlyMap<string, PendingMount> {
    return this.#mounting.pending;
  }

  get counts(): MounterCounts {
    const { force, lazy } = this.#unmounting.escalations;
    return { overdueMounts: this.#mounting.overdue, forcedUnmounts: force, lazyUnmounts: lazy };
  }

  async mount(request: MountRequest, limits: Limits): Promise<void> {
    const { mountHelper, readClient } = this.parts;
    await this.#mounting.run(request, limits, async (resolved, within, onStart) => {
      const { source, target } = resolved;
      const title = `mount -t lustre ${formatMountSource(source)} ${target}`;
      const { command, resultOf } = await mountCommand(resolved, mountHelper, readClient);
      const result = await this.#run(target, command, title, within, onStart);
      if (result.interruptedBy) throw this.#interrupted(title, within);
      return resultOf(result);
    });
  }

  async abandon(target: string): Promise<void> {
    await this.#mounting.abandon(target);
  }

  async bind(request: BindRequest, limits: Limits): Promise<void> {
    await this.#binding.bind(request, limits);
  }

  async makeDirectory(directory: Required<ClientDirectory>, target: string, limits: Limits): Promise<void> {
    await this.#binding.makeDirectory(directory, target, limits);
  }

  async settleRoot(root: string, settings: RootSettings, target: string, limits: Limits): Promise<void> {
    await this.#binding.settleRoot(root, settings, target, limits);
  }

  async unmount(target: string, limits: Limits): Promise<void> {
    await this.#unmounting.run(target, limits, (flag, within) => this.#umount(target, flag, within));
  }

  async settle(target: string, limits: Limits): Promise<void> {
    await this.children.settle(target, limits);
  }

  async adopt(targets: readonly string[]): Promise<void> {
    await this.children.adoptOrphans(targets);
    await this.#binding.clearStages();
  }

  async #umount(target: string, flag: UnmountFlag | undefined, limits: Limits): Promise<void> {
    const title = flag ? `umount ${flag} ${target}` : `umount ${target}`;
    if (!flag && (await this.#umountByCall(target, title, limits))) return;
    // -c: a lookup of the path would hang on a dead server. -i: calls no umount helper; Lustre has none.
    const args = ['umount', '-c', '-i', ...(flag ? [flag] : []), target];
    // A plain umount that hangs must not block the forced one.
    const child = flag ? `${target} ${flag}` : target;
    const result = await this.#run(child, args, title, limits);
    if (result.exitCode === 0 || /not mounted|no mount point/i.test(result.stderr)) return;
    if (result.interruptedBy) throw this.#interrupted(title, limits);
    throw explainCommandFailure(title, result);
  }

  /** @returns false if umount(8) must do it */
  async #umountByCall(target: string, title: string, limits: Limits): Promise<boolean> {
    const result = await this.#call(target, ['umount', target], title, limits);
    if (result?.error && !isNotMounted(result.error)) throw explainCallFailure(title, result.error);
    return result !== undefined;
  }

  /** Runs a system call without a program of its own. @returns undefined if that is not possible, and mount(8) must do it
   *  @throws DriverError if the call did not end */
  async #call(
    target: string,
    call: SystemCall,
    title: string,
    limits: Limits,
  ): Promise<SystemCallResult | undefined> {
    const result = await this.#asChild(
      (options) => this.children.call(target, call, { ...options, title }),
      limits,
    );
    if (result?.wasKilled) throw killedFromOutside(title);
    if (result?.interruptedBy && !result.error) throw this.#interrupted(title, limits);
    return result;
  }

  async #run(
    target: string,
    [program = '', ...args]: readonly string[],
    title: string,
    limits: Limits,
    onStart?: (pid: number) => void,
  ): Promise<CommandResult> {
    const more = { title, ...(onStart ? { onStart } : {}) };
    return this.#asChild(
      (options) => this.children.run(target, program, args, { ...options, ...more }),
      limits,
    );
  }

  /** Runs the child of a target within limits. @throws DriverError, naming a child that could not be ended */
  async #asChild<T>(
    run: (options: Pick<RunOptions, 'signal' | 'deadlineMs'>) => Promise<T>,
    { signal, endsAt }: Limits,
  ): Promise<T> {
    try {
      return await run({ signal, deadlineMs: endsAt - this.clock.now() });
    } catch (error) {
      if (!(error instanceof StuckChildError)) throw error;
      throw new DriverError(
        'deadline-exceeded',
        `${describeStuckChild(error.child, this.clock.now())}, can be neither awaited nor killed; the next attempt ` +
          `waits for it. ${checkServers}`,
        { cause: error },
      );
    }
  }

  #interrupted(title: string, { signal }: Limits): DriverError {
    if (signal.aborted && isDriverError(signal.reason)) return signal.reason.prefixed(`${title} was ended`);
    return new DriverError(
      'deadline-exceeded',
      `${title} did not end in time and was killed. ${checkServers}`,
    );
  }
}
