import { undoLimits, type MountServices } from '../mount-services.js';
import { mkdir, readdir, realpath, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Coalescer } from '../../concurrency/coalescer.js';
import { DriverError } from '../../errors/driver-error.js';
import { joinOrRun } from '../../concurrency/join-or-run.js';
import { checkServers } from '../../process/stuck-child.js';
import { clientMountKey, clientSource, isClientMountKey, type WantedClient } from './client-mount-key.js';
import type { ClientMountRecord, ClientMountRecords } from './client-mount-records.js';
import { clientInUse } from './client-references.js';
import {
  describeFound,
  describeMount,
  isSameSource,
  lustreSourceOf,
  showsSource,
} from '../mount-identity.js';
import { formatMountSource } from '../../model/mount-source.js';
import type { MountEntry, MountTable } from '../mount-table.js';
import { mountNotShown } from '../mount-failure.js';
import { makeTarget } from '../target-path.js';
import { unmountAll } from '../unmount-all.js';
import { deadlineIn } from '../../concurrency/deadline-in.js';
import { waitWithLimits, type Limits } from '../../concurrency/wait-with-limits.js';

/** Lease that keeps a client mounted until it is released. */
export interface Lease {
  /** Mount point of the client. */
  readonly path: string;
  /** Ends the lease; to be called once. */
  release(): void;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

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
  #sweeping = false;
  #sweepAgain = false;
  #retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly node: MountServices,
    private readonly records: ClientMountRecords,
    private directory: string,
  ) {}

  /** Reads the records and directories of an earlier run. @returns paths at which it may have had work under way
   *  @throws the error of the file system */
  async load(): Promise<readonly string[]> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    this.directory = await realpath(this.directory); // The kernel shows real paths.
    await this.records.load();
    for (const entry of await readdir(this.directory, { withFileTypes: true })) {
      const path = join(this.directory, entry.name);
      if (!isClientMountKey(entry.name) || this.records.get(path)) continue;
      if (entry.isDirectory()) this.#strays.add(path);
      else this.node.log.warn({ path }, `${path} in the directory of clients is no directory and is ignored`);
    }
    return this.#paths();
  }

  /** Number of clients that are mounted, or about to be. */
  get count(): number {
    return this.records.all().length;
  }

  /** Mount point of this client, mounted or not. */
  pathOf(wanted: WantedClient): string {
    return join(this.directory, clientMountKey(wanted));
  }

  /** Mounts a client unless it is mounted, and keeps it so until the lease is released.
   *  @throws DriverError as Mounter.mount; failed-precondition if something else is mounted in its place */
  async hold(wanted: WantedClient, limits: Limits): Promise<Lease> {
    const path = this.pathOf(wanted);
    this.#count(path, 1);
    try {
      await this.#untilDetached(path, limits);
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
    return { path, release: () => this.#count(path, -1) };
  }

  /** Unmounts unused clients in the background. */
  sweep(): void {
    this.#sweepAgain = true;
    if (this.#sweeping) return;
    this.#sweeping = true;
    void this.#sweepUntilDone();
  }

  async #untilDetached(path: string, limits: Limits): Promise<void> {
    await this.node.mounter.settle(path, limits);
    const detaching = this.#detaching.get(path);
    if (!detaching || (await waitWithLimits(detaching, limits, this.node.clock)) === 'done') return;
    throw new DriverError(
      'deadline-exceeded',
      `the client on ${path} is still being unmounted after its last pod; the next attempt waits for it. ` +
        checkServers,
    );
  }

  async #ensure(wanted: WantedClient, path: string, limits: Limits): Promise<void> {
    const { mounter, readMountTable } = this.node;
    await mounter.settle(path, limits);
    const mounted = (await readMountTable()).at(path);
    const known = this.records.get(path);
    if (mounted) {
      this.#refuseForeign(wanted, path, mounted, known);
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
    await this.#undo(path, mounted !== undefined);
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

  #refuseForeign(
    wanted: WantedClient,
    path: string,
    mounted: MountEntry,
    known: ClientMountRecord | undefined,
  ): void {
    const source = clientSource(wanted);
    if (showsSource(mounted, { source }, known ?? { source })) return;
    throw new DriverError(
      'failed-precondition',
      `${source} cannot be mounted on ${path}, the driver's own directory: ${describeMount(mounted)}; unmount it on ` +
        `the node if nothing uses it`,
    );
  }

  #count(path: string, change: 1 | -1): void {
    this.#leases.set(path, (this.#leases.get(path) ?? 0) + change);
    this.#changes.set(path, (this.#changes.get(path) ?? 0) + 1);
  }

  #paths(): readonly string[] {
    return [...new Set([...this.records.all().map(({ path }) => path), ...this.#strays])];
  }

  async #sweepUntilDone(): Promise<void> {
    try {
      while (this.#sweepAgain) {
        this.#sweepAgain = false;
        await this.#sweepOnce();
      }
    } catch (error) {
      this.node.log.warn({ err: error }, 'unused clients could not be found; it is tried again');
      this.#sweepLater();
    } finally {
      this.#sweeping = false;
    }
  }

  async #sweepOnce(): Promise<void> {
    const before = new Map(this.#changes);
    const table = await this.node.readMountTable();
    // Nothing is awaited from here until the detachment is recorded for later publishes.
    for (const path of this.#paths()) {
      if (this.#changes.get(path) !== before.get(path)) this.#sweepAgain = true;
      else if (this.#isIdle(path, table)) this.#startDetaching(path, table);
    }
  }

  #isIdle(path: string, table: MountTable): boolean {
    return (
      !this.#leases.get(path) &&
      !this.#detaching.has(path) &&
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
      .then(() => (this.#retryMs = FIRST_RETRY_MS))
      .catch((error: unknown) => {
        this.node.log.warn(
          { err: error, path },
          'an unused client could not be unmounted; it is tried again',
        );
        this.#sweepLater();
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

  #sweepLater(): void {
    setTimeout(() => this.sweep(), this.#retryMs).unref(); // unref: the process may end first; its successor sweeps.
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }
}
