import { lustreSourceOf, showsSource } from '../mount/mount-identity.js';
import type { PublishCommand } from './publish-command.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import { asRetryable } from '../errors/retryable.js';
import { joinOrRun } from '../concurrency/join-or-run.js';
import { fingerprint } from '../concurrency/fingerprint.js';
import { undoLimits } from '../mount/mount-services.js';
import { mountAround, MountTable, type MountEntry } from '../mount/table/mount-table.js';
import type { NodeContext } from './node-context.js';
import type { Publication } from '../mount/publications.js';
import { evidenceOf, recordOf } from './publication-evidence.js';
import { describeUnpropagated, publishFailure, mountedSomethingElse } from './publish-failures.js';
import { publishPlan, type PublishPlan } from './publish-plan.js';
import {
  nextPublishStep,
  refuseSecondTarget,
  rivalsOf,
  showsPublication,
  type PublishStep,
} from './publish-rules.js';
import type { Lease } from '../mount/mounted-client.js';
import { describeStuckChild } from '../process/stuck-child.js';
import { isMissing, liesInVolume, makeTarget, removeTarget } from '../mount/target-path.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

interface Job extends PublishPlan {
  readonly command: PublishCommand;
  readonly limits: Limits;
  readonly report: (progress: string) => void;
}

/** Mount and directory that a failed attempt, or the one before it, has left at the target. */
interface Leftovers {
  /** The mount belongs to this publication. */
  readonly isOurs: boolean;
  /** The directory was created for it. */
  readonly isNew: boolean;
}

/** Time for which a publish waits for a process that blocks its target, before it answers. */
const SETTLE_MS = 12_000;

/**
 * Makes a volume visible at a target: a bind mount of the client that the node's pods share, or a client of its own.
 * Idempotent, since kubelet repeats it after each of its restarts: an existing mount is compared, never covered.
 */
export class PublishVolume {
  /** Targets of publications that are under way: the mount table does not show them yet. */
  readonly #underWay = new Set<string>();
  #hasWarned = false;

  constructor(private readonly node: NodeContext) {}

  /** @throws DriverError (CSI, NodePublishVolume Errors) with the output of mount.lustre and the next step */
  async run(command: PublishCommand, signal: AbortSignal): Promise<void> {
    const plan = await publishPlan(command, this.node);
    const { targetPath } = plan.wanted;
    await joinOrRun(
      this.node.targets,
      {
        key: targetPath,
        fingerprint: fingerprint(['publish', plan]),
        work: async (abandoned, report) => {
          const endsAt = this.node.clock.now() + this.node.timing.changeMs;
          this.#underWay.add(targetPath);
          try {
            await this.#publish({ ...plan, command, limits: { signal: abandoned, endsAt }, report });
          } catch (error) {
            this.node.shared.sweep(); // The client of this attempt, or of the one before, may be unused now.
            throw publishFailure(error, plan.wanted);
          } finally {
            this.#underWay.delete(targetPath);
          }
        },
      },
      signal,
    );
  }

  async #publish(job: Job): Promise<void> {
    const { wanted, limits, report } = job;
    const { mounter, publications, clock } = this.node;
    const target = wanted.mountPoint;
    report(`publishing volume ${wanted.volumeId} at ${wanted.targetPath}`);
    const soon = Math.min(limits.endsAt, clock.now() + SETTLE_MS);
    await mounter.settle(target, { ...limits, endsAt: soon });
    const table = await this.#tableFor(wanted);
    const mounted = table.at(target);
    const known = publications.get(wanted.targetPath);
    const step = nextPublishStep(wanted, known, mounted, evidenceOf(known ?? wanted, table));
    if (step === 'nothing') return;
    // Nothing is awaited from here to the record: of two simultaneous publishes, one sees the other.
    refuseSecondTarget(wanted, this.#othersThan(wanted, table));
    if (mounted && step === 'record') return publications.save(recordOf(wanted, mounted, table));
    await publications.save(wanted);
    if (step === 'mount-again') await this.#unmountBegun(job);
    await this.#runPublishHooks(job, step);
    if (step === 'finish') await this.#conclude(job, true, undefined);
    else await this.#mount(job, step === 'mount-again');
  }

  /** Returns the mounts that the next decision needs: none if the target does not exist, so that nothing is mounted there, and
   *  no other publication of the volume matters. */
  async #tableFor(wanted: Publication): Promise<MountTable> {
    if ((await isMissing(wanted.mountPoint)) && rivalsOf(wanted, this.node.publications.all()).length === 0)
      return noMounts;
    return this.node.readMountTable();
  }

  async #unmountBegun({ wanted, limits }: Job): Promise<void> {
    try {
      await this.node.mounter.unmount(wanted.mountPoint, limits);
    } catch (error) {
      throw asRetryable(error, `The next attempt first unmounts what an earlier one began there`);
    }
  }

  /** Calls the hooks. A refusal is final: the state of the target cannot turn it into success. */
  async #runPublishHooks(job: Job, step: PublishStep): Promise<void> {
    try {
      for (const mayPublish of this.node.beforePublish) await mayPublish(job.command, job.limits.signal);
    } catch (error) {
      throw await this.#undone(job, { isOurs: step === 'finish', isNew: step !== 'mount' }, error);
    }
  }

  /** @param isNew true if an earlier attempt created the target */
  async #mount(job: Job, isNew: boolean): Promise<void> {
    const { wanted, report } = job;
    let lease: Lease | undefined;
    let failure: Error | undefined;
    report(`mounting ${wanted.source} on ${wanted.mountPoint}`);
    try {
      if (wanted.clientMount !== undefined) {
        lease = await this.#holdClient(job);
        job = { ...job, wanted: { ...wanted, clientMount: lease.path } };
      }
      if (await makeTarget(wanted.mountPoint)) isNew = true;
      this.node.log.debug({ target: wanted.mountPoint }, 'the target exists');
      await (lease ? this.#bind(job, lease) : this.#mountClient(job));
      this.node.log.debug({ target: wanted.mountPoint }, 'mounted');
    } catch (error) {
      failure = error as Error;
    }
    try {
      await this.#conclude(job, isNew, failure);
    } finally {
      lease?.release();
    }
  }

  /** Mounts the shared client. It may be in another directory than the usual one, which the record then names. */
  async #holdClient({ wanted, client, limits }: Job): Promise<Lease> {
    const lease = await this.node.shared.hold(client, limits);
    try {
      if (lease.path !== wanted.clientMount)
        await this.node.publications.save({ ...wanted, clientMount: lease.path });
      return lease;
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /** Decides by the mount table, not by the exit status: mount(8) may have mounted before it was killed. */
  async #conclude(job: Job, isNew: boolean, failure: Error | undefined): Promise<void> {
    const { wanted } = job;
    const { publications, log } = this.node;
    const target = wanted.mountPoint;
    const table = await this.#tableAfter(job, failure);
    const mounted = table.at(target);
    // A bind mount that failed may lack its options; a client mount has them from the start.
    const isDone = !failure || wanted.clientMount === undefined;
    const evidence = evidenceOf(wanted, table);
    if (mounted && isDone && showsPublication(mounted, wanted, evidence)) {
      try {
        this.#checkSurroundings(wanted, mounted, table);
        await this.#settled(job);
        await publications.save({ ...wanted, observedSource: mounted.source });
        log.info({ source: mounted.source, target }, 'published');
        return;
      } catch (error) {
        throw await this.#undone(job, { isOurs: true, isNew }, error);
      }
    }
    // A failed mount(8) mounted nothing else: a foreign mount that appeared meanwhile stays.
    const isOurs = mounted !== undefined && (!failure || showsSource(mounted, wanted, wanted, evidence));
    throw await this.#undone(job, { isOurs, isNew }, failure ?? mountedSomethingElse(wanted, mounted));
  }

  /** Returns the mounts at the target if they show the publication; in all other cases, the whole table decides. */
  async #tableAfter({ wanted, limits }: Job, failure: Error | undefined): Promise<MountTable> {
    const { mountsAt, readMountTable } = this.node;
    const table = failure ? undefined : await mountsAt(wanted.mountPoint, limits);
    const mounted = table?.at(wanted.mountPoint);
    return table && mounted && showsPublication(mounted, wanted) ? table : readMountTable();
  }

  /** Checks the mount around the target: no volume, and one that propagates. On the host itself, beside kubelet, it need not
   *  propagate: the driver only warns.
   *  @throws DriverError failed-precondition: a pod would write to another volume, or to the node's own disk */
  #checkSurroundings(wanted: Publication, mounted: MountEntry, table: MountTable): void {
    const around = mountAround(mounted, table);
    if (!around) return;
    if (lustreSourceOf(around)) throw liesInVolume(wanted.targetPath, around.mountPoint);
    if (around.isShared) return;
    const what = describeUnpropagated(mounted, around);
    if (this.node.mustPropagate) throw new DriverError('failed-precondition', what);
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.node.log.warn({ target: mounted.mountPoint }, `if the driver runs in a container: ${what}`);
  }

  async #bind(job: Job, { path }: Lease): Promise<void> {
    const { wanted, bindOptions, directory, limits } = job;
    await this.#settleRoot(job, path);
    const from = { clientMount: path, ...(directory ? { directory } : {}) };
    await this.node.mounter.bind({ ...from, target: wanted.mountPoint, options: bindOptions }, limits);
  }

  async #settleRoot({ wanted, rootSettings, limits }: Job, clientMount: string): Promise<void> {
    if (!rootSettings) return;
    await this.node.mounter.settleRoot(clientMount, rootSettings, wanted.mountPoint, limits);
  }

  /** Mounts a client for this target alone. The servers look up its sub-directory, and follow no links. */
  async #mountClient(job: Job): Promise<void> {
    const { wanted, command, client, clientOptions, directory, limits } = job;
    const { mounter, shared } = this.node;
    const request = { source: command.source, target: wanted.mountPoint, options: clientOptions };
    try {
      return await mounter.mount(request, limits);
    } catch (error) {
      const mayBeMissing = isDriverError(error, 'not-found');
      if (!mayBeMissing || !directory?.create) throw error;
    }
    const lease = await shared.hold(client, limits);
    try {
      await mounter.makeDirectory({ clientMount: lease.path, directory }, wanted.mountPoint, limits);
    } finally {
      lease.release();
      shared.sweep();
    }
    await mounter.mount(request, limits);
  }

  /** Runs the hooks of a client that is not shared, before its pod sees it. */
  async #settled(job: Job): Promise<void> {
    const { wanted, command, client, limits } = job;
    if (wanted.clientMount !== undefined) return;
    await this.#settleRoot(job, wanted.mountPoint);
    const mounted = { mountPoint: wanted.mountPoint, source: command.source, tuning: client.tuning };
    for (const hook of this.node.afterMount) await hook(mounted, limits);
  }

  /**
   * Removes the mount, the directory and the record: after a final error kubelet never unpublishes. Where something stays,
   * the error becomes one after which kubelet calls again.
   * @returns the error to throw
   */
  async #undone({ wanted }: Job, { isOurs, isNew }: Leftovers, failure: unknown): Promise<unknown> {
    const { mounter, publications, clock, log } = this.node;
    const target = wanted.mountPoint;
    // A child that cannot be killed may still mount: the record stays, and the next call waits for the child.
    const child = mounter.stuck.get(target);
    if (mounter.pending.has(target)) return failure; // The mount continues: the next call uses it.
    if (child)
      return asRetryable(failure, `${target} is blocked by ${describeStuckChild(child, clock.now())}`);
    let state = 'is still mounted';
    try {
      if (isOurs) await mounter.unmount(target, undoLimits(clock));
      state = 'is not yet cleaned up';
      if (isNew) await removeTarget(target);
      await publications.remove(wanted.targetPath);
      return failure;
    } catch (error) {
      log.warn({ err: error, target }, 'a failed mount could not be undone');
      return asRetryable(
        failure,
        `${target} ${state}: ${messageOf(error)}; the next attempt begins with that`,
      );
    }
  }

  /** Publications of the volume at other targets; a record without a mount is stale. */
  #othersThan(wanted: Publication, table: MountTable): readonly Publication[] {
    return this.node.publications
      .all()
      .filter(({ volumeId, targetPath }) => volumeId === wanted.volumeId && targetPath !== wanted.targetPath)
      .filter(
        ({ targetPath, mountPoint }) =>
          this.#underWay.has(targetPath) || this.node.mounter.stuck.has(mountPoint) || table.at(mountPoint),
      );
  }
}

const noMounts = new MountTable([]);
