import { undoLimits, type MountServices } from '../mount-services.js';
import { rmdir } from 'node:fs/promises';
import { Coalescer } from '../../concurrency/coalescer.js';
import { DriverError } from '../../errors/driver-error.js';
import { joinOrRun } from '../../concurrency/join-or-run.js';
import { checkServers } from '../../process/stuck-child.js';
import { clientSource, type WantedClient } from './client-mount-key.js';
import { ClientDirectories } from './client-directories.js';
import type { ClientMountRecord, ClientMountRecords } from './client-mount-records.js';
import { clientInRecordedUse, clientInUse } from './client-references.js';
import { ClientSweeper } from './client-sweeper.js';
import { describeFound, isSameSource, lustreSourceOf, refuseForeignClient } from '../mount-identity.js';
import { formatMountSource } from '../../model/mount-source.js';
import type { MountEntry, MountTable } from '../table/mount-table.js';
import { mountNotShown } from '../failure/mount-failure.js';
import { isMountPoint, makeTarget } from '../target-path.js';
import { KeptClients } from './kept-clients.js';
import type { Lease } from '../mounted-client.js';
import { unmountAll } from '../unmount-all.js';
import { deadlineIn } from '../../concurrency/deadline-in.js';
import { waitWithLimits, type Limits } from '../../concurrency/wait-with-limits.js';

/** Time for which a publish waits until an unused client is unmounted, before it uses another directory. */
const DETACH_PATIENCE_MS = 5_000;
/** Time for which a publish waits for a directory before it answers. */
const FREE_PATIENCE_MS = 12_000;

/**
 * Lustre clients that pods share: each mounted once, in a private directory of the driver, and bound from there. A client
 * that no publication uses any more is unmounted in the background. The mount table and the records decide, so that a
 * restarted driver continues the work of its predecessor.
 */
export class SharedMounts {
  /** Running mounts of clients, joined by all publishes that need them. */
  readonly #mounting = new Coalescer();
  readonly #detaching = new Map<string, Promise<void>>();
  readonly #leases = new Map<string, number>();
  /** Number of changes of a client's leases: a read of the mount table that began before a change is stale. */
  readonly #changes = new Map<string, number>();
  /** Directories that have the name of a client, and no record. */
  readonly #strays = new Set<string>();
  readonly #kept: KeptClients;
  readonly #directories: ClientDirectories;
  readonly #sweeper: ClientSweeper;

  constructor(
    private readonly node: MountServices,
    private readonly records: ClientMountRecords,
    directory: string,
  ) {
    this.#directories = new ClientDirectories(directory);
    this.#kept = new KeptClients(node.readMountTable, () => this.sweep());
    this.#sweeper = new ClientSweeper((isConfirming) => this.#sweepOnce(isConfirming), node.log);
  }

  /** Reads the records and directories of an earlier run. @returns paths at which it may have had work under way
   *  @throws the error of the file system */
  async load(): Promise<readonly string[]> {
    const found = await this.#directories.prepare();
    await this.records.load();
    for (const path of found.directories) if (!this.records.get(path)) this.#strays.add(path);
    for (const path of found.others) {
      if (!this.records.get(path))
        this.node.log.warn({ path }, `${path} in the directory of clients is no directory and is ignored`);
    }
    return this.#paths();
  }

  /** Number of clients that are mounted, or about to be. */
  get count(): number {
    return this.records.all().length;
  }

  /** Mount point of this client, mounted or not, unless the kernel holds it (`Lease.path`). */
  pathOf(wanted: WantedClient): string {
    return this.#directories.of(wanted)[0];
  }

  /** Mounts a client unless it is mounted, and keeps it so until the lease is released.
   *  @throws DriverError as Mounter.mount; failed-precondition if something else is mounted in its place */
  async hold(wanted: WantedClient, limits: Limits): Promise<Lease> {
    const path = await this.#usablePath(wanted, limits);
    this.#count(path, 1);
    try {
      await this.#untilFree(path, limits);
      const job = {
        key: path,
        fingerprint: 'mount',
        work: (abandoned: AbortSignal) =>
          this.#ensure(wanted, path, { signal: abandoned, endsAt: limits.endsAt }),
      };
      await joinOrRun(this.#mounting, job, limits.signal);
    } catch (error) {
      this.#count(path, -1);
      this.sweep();
      throw error;
    }
    this.#kept.use(path);
    return { path, release: () => this.#count(path, -1) };
  }

  /** Unmounts unused clients in the background. */
  sweep(): void {
    this.#sweeper.sweep();
  }

  /**
   * Chooses the directory of a client. The kernel holds a directory while it unmounts a client whose servers do not take the
   * unwritten data (state D), although the mount table no longer shows it: then another directory is used.
   */
  async #usablePath(wanted: WantedClient, limits: Limits): Promise<string> {
    const [usual, ...others] = this.#directories.of(wanted);
    if (!this.#isHeld(usual) && !others.some((path) => this.records.get(path))) return usual;
    await this.#untilDetached(usual, { ...limits, endsAt: this.#soon(limits, DETACH_PATIENCE_MS) });
    const table = await this.node.readMountTable();
    const free = [usual, ...others].filter((path) => table.at(path) !== undefined || !this.#isHeld(path));
    return free.find((path) => this.records.get(path)) ?? free[0] ?? usual;
  }

  #isHeld(path: string): boolean {
    const { command = '' } = this.node.mounter.stuck.get(path) ?? {};
    return this.#detaching.has(path) || command.startsWith('umount');
  }

  /** @returns the time until which a call waits before it answers, in milliseconds since the epoch */
  #soon({ endsAt }: Limits, patienceMs: number): number {
    return Math.min(endsAt, this.node.clock.now() + patienceMs);
  }

  /** Waits until a client that was unused is unmounted. @returns false if it is not */
  async #untilDetached(path: string, limits: Limits): Promise<boolean> {
    const detaching = this.#detaching.get(path);
    return !detaching || (await waitWithLimits(detaching, limits, this.node.clock)) === 'done';
  }

  /** @throws DriverError deadline-exceeded if the directory is not free soon */
  async #untilFree(path: string, limits: Limits): Promise<void> {
    const patience = { ...limits, endsAt: this.#soon(limits, FREE_PATIENCE_MS) };
    await this.node.mounter.settle(path, patience);
    if (await this.#untilDetached(path, patience)) return;
    throw new DriverError(
      'deadline-exceeded',
      `the client on ${path} is still being unmounted after its last pod; the next attempt waits for it. ` +
        checkServers,
    );
  }

  async #ensure(wanted: WantedClient, path: string, limits: Limits): Promise<void> {
    const { mounter, readMountTable, recentMountTable = readMountTable } = this.node;
    await mounter.settle(path, { ...limits, endsAt: this.#soon(limits, FREE_PATIENCE_MS) });
    const known = this.records.get(path);
    const isUsual = known?.observedSource !== undefined && (await isMountPoint(path).catch(() => false));
    const recent = isUsual ? (await recentMountTable()).at(path) : undefined;
    // A recent look may lack a client that has come since: to create its directory would then wait for its servers.
    const mounted = recent ?? (await readMountTable()).at(path);
    if (mounted) {
      refuseForeignClient(mounted, clientSource(wanted), known);
      if (known?.observedSource !== undefined) return;
    }
    const record = { path, source: clientSource(wanted), options: wanted.options };
    await this.records.save(record);
    await this.#complete(wanted, record, mounted ?? (await this.#mount(wanted, path, limits)), limits);
  }

  /** @returns the mount that the table shows afterwards */
  async #mount({ source, options }: WantedClient, path: string, limits: Limits): Promise<MountEntry> {
    const { mounter, readMountTable, log } = this.node;
    let failure: Error | undefined;
    try {
      await makeTarget(path);
      log.debug({ path }, 'the directory of a client exists');
      await mounter.mount({ source, target: path, options }, limits);
    } catch (error) {
      failure = error as Error;
    }
    // The mount table decides, not the exit status: mount(8) may have mounted before it was killed.
    const mounted = (await readMountTable()).at(path);
    const shown = mounted && lustreSourceOf(mounted);
    if (mounted && shown && isSameSource(shown, source)) {
      log.info({ source: mounted.source, path }, 'mounted a client');
      return mounted;
    }
    const pending = mounter.pending.get(path);
    if (pending) void this.#kept.keep(path, pending.ended);
    else await this.#undo(path, mounted !== undefined);
    throw failure ?? mountNotShown(formatMountSource(source), path, describeFound(mounted));
  }

  /** Records a client as observed once it is complete, so that the next driver repeats the work of a killed one. */
  async #complete(
    wanted: WantedClient,
    record: ClientMountRecord,
    mounted: MountEntry,
    limits: Limits,
  ): Promise<void> {
    for (const hook of this.node.afterMount) {
      await hook({ mountPoint: record.path, source: wanted.source, tuning: wanted.tuning }, limits);
    }
    await this.records.save({ ...record, observedSource: mounted.source });
    this.#strays.delete(record.path);
  }

  async #undo(path: string, isMounted: boolean): Promise<void> {
    const { mounter, clock, log } = this.node;
    // A child that cannot be killed may still mount: the record stays, and the next call waits for the child.
    if (mounter.stuck.has(path)) return;
    try {
      if (isMounted) await mounter.unmount(path, undoLimits(clock));
      await this.#forget(path);
    } catch (error) {
      log.warn(
        { err: error, path },
        'a failed mount of a client could not be undone; the next attempt begins with that',
      );
    }
  }

  #count(path: string, change: 1 | -1): void {
    this.#leases.set(path, (this.#leases.get(path) ?? 0) + change);
    this.#changes.set(path, (this.#changes.get(path) ?? 0) + 1);
  }

  #paths(): readonly string[] {
    return [...new Set([...this.records.all().map(({ path }) => path), ...this.#strays])];
  }

  /** Returns true if a recent look shows a use of each client. A mount may have gone since. */
  async #seemsUsed(): Promise<boolean> {
    const recent = await (this.node.recentMountTable ?? this.node.readMountTable)();
    return this.#paths().every((path) => clientInRecordedUse(path, recent, this.node));
  }

  async #sweepOnce(isConfirming: boolean): Promise<void> {
    const before = new Map(this.#changes);
    if (!isConfirming && (await this.#seemsUsed())) return this.#sweeper.confirmSoon();
    const table = await this.node.readMountTable();
    // Nothing is awaited from here until the detachment is recorded for later publishes.
    for (const path of this.#paths()) {
      if (this.#changes.get(path) !== before.get(path)) this.sweep();
      else if (this.#isIdle(path, table)) this.#startDetaching(path, table);
    }
  }

  #isIdle(path: string, table: MountTable): boolean {
    return (
      !this.#leases.get(path) &&
      !this.#detaching.has(path) &&
      !this.#kept.has(path) &&
      this.#isOurs(path, table) &&
      !clientInUse(path, this.#paths(), table, this.node)
    );
  }

  /** Returns true if the driver may unmount a path: foreign mounts in its directory stay. */
  #isOurs(path: string, table: MountTable): boolean {
    return !this.#strays.has(path) || table.all(path).every((entry) => lustreSourceOf(entry) !== undefined);
  }

  #startDetaching(path: string, table: MountTable): void {
    const detaching = this.#detach(path, table.all(path).length)
      .then(() => this.#sweeper.succeeded())
      .catch((error: unknown) => {
        this.node.log.warn(
          { err: error, path },
          'an unused client could not be unmounted; it is tried again',
        );
        this.#sweeper.sweepLater();
      })
      .finally(() => this.#detaching.delete(path));
    this.#detaching.set(
      path,
      detaching.then(() => {}),
    );
  }

  async #detach(path: string, count: number): Promise<void> {
    const { mounter, clock, timing, log } = this.node;
    const limits = deadlineIn(timing.changeMs, clock);
    await mounter.settle(path, limits);
    await unmountAll(this.node, path, count, limits);
    log.debug({ path }, 'an unused client is not mounted');
    await this.#forget(path);
    if (count > 0) log.info({ path }, 'unmounted a client that is no longer used');
  }

  /** Removes the empty directory and the record. A directory with content stays: it is not the driver's. */
  async #forget(path: string): Promise<void> {
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    this.node.log.debug({ path }, 'the directory of a client is gone');
    await this.records.remove(path);
    this.#strays.delete(path);
  }
}
