import { Coalescer } from '../concurrency/coalescer.js';
import { DriverError } from '../errors/driver-error.js';
import { runExclusive } from '../volume/exclusive.js';
import type { CommandResult } from './command.js';
import { lustreSourceOf } from './mount-identity.js';
import type { MountEntry } from './mount-table.js';
import type { NodeContext } from './node-context.js';
import { showsSource } from './publish-rules.js';
import { describeStuckChild, StuckChildError } from './stuck-child.js';
import { mountPointOf, targetKey } from './target-path.js';

/** NodeGetVolumeStats. */
export interface StatsCommand {
  readonly volumeId: string;
  readonly volumePath: string;
}

/** Amounts of one resource: bytes, or inodes. */
export interface Usage {
  readonly total: bigint;
  readonly used: bigint;
  readonly available: bigint;
}

/** What a published volume holds, and whether it is well. The numbers are the whole file system's, unless a project
 *  quota covers the sub-directory. */
export interface VolumeStats {
  readonly bytes: Usage;
  readonly inodes: Usage;
  readonly condition: VolumeCondition;
}

export interface VolumeCondition {
  readonly abnormal: boolean;
  readonly message: string;
}

/** Measures a volume where it is published, without ever touching the path in this process. */
export class GetVolumeStats {
  /** A path's look is shared by all who ask while it runs. */
  readonly #looks = new Coalescer();

  constructor(private readonly node: NodeContext) {}

  /** @throws DriverError not-found if the volume is not published there; unavailable, naming the process that
   *    hangs, if the file system does not answer */
  async run(command: StatsCommand, signal: AbortSignal): Promise<VolumeStats> {
    const { targetPath, mountPoint } = await this.#publishedAt(command);
    const before = await this.#mountOf(command, targetPath, mountPoint);
    const job = {
      key: mountPoint,
      fingerprint: 'statfs',
      work: (everybodyLeft: AbortSignal) => this.#statfs(mountPoint, everybodyLeft),
    };
    const { stdout } = await runExclusive(this.#looks, job, signal);
    const after = await this.#mountOf(command, targetPath, mountPoint);
    // The numbers of the directory underneath are not the volume's.
    if (after.id !== before.id) throw notPublished(command, 'it was unmounted during the measurement');
    return { ...parseStatfs(stdout), condition: { abnormal: false, message: 'the file system answers' } };
  }

  /** Any text may come as a path: nothing is published at one that is no target. */
  async #publishedAt(command: StatsCommand): Promise<{ targetPath: string; mountPoint: string }> {
    let targetPath: string;
    try {
      targetPath = targetKey(command.volumePath);
    } catch {
      throw notPublished(command, 'this is no path of a target');
    }
    const known = this.node.publications.get(targetPath);
    return { targetPath, mountPoint: known?.mountPoint ?? (await mountPointOf(targetPath)) };
  }

  async #mountOf(command: StatsCommand, targetPath: string, mountPoint: string): Promise<MountEntry> {
    const known = this.node.publications.get(targetPath);
    if (known && known.volumeId !== command.volumeId) {
      throw notPublished(command, `volume ${known.volumeId} is published there`);
    }
    const mounted = (await this.node.readMountTable()).at(mountPoint);
    if (!mounted) throw notPublished(command, 'nothing is mounted there');
    // Without a record it was published by another driver, before an upgrade to this one.
    const isTheVolume = known ? showsSource(mounted, known) : lustreSourceOf(mounted) !== undefined;
    if (!isTheVolume) throw notPublished(command, `${mounted.source} (${mounted.fsType}) is mounted there`);
    return mounted;
  }

  async #statfs(mountPoint: string, signal: AbortSignal): Promise<CommandResult> {
    try {
      const result = await this.node.lookers.run(
        mountPoint,
        'stat',
        ['-f', '-c', STATFS_FORMAT, '--', mountPoint],
        { signal, deadlineMs: this.node.timing.statfsMs, graceMs: 0, title: `statfs ${mountPoint}` },
      );
      if (result.exitCode === 0) return result;
      throw new DriverError('unavailable', whyNot(mountPoint, result));
    } catch (error) {
      if (!(error instanceof StuckChildError)) throw error;
      throw new DriverError(
        'unavailable',
        `the file system at ${mountPoint} does not answer: ${describeStuckChild(error.child, this.node.clock.now())}; ` +
          `no second one is started. ${checkServers}`,
        { cause: error },
      );
    }
  }
}

/** Block size, blocks, free blocks, blocks for ordinary users; inodes, free inodes (coreutils stat(1)). */
const STATFS_FORMAT = '%S %b %f %a %c %d';

const checkServers =
  "Check that the file system is available, the security rules for TCP 988, and the node's kernel log";

/** Reads the answer of `stat -f -c '%S %b %f %a %c %d'`. @throws DriverError internal */
export function parseStatfs(text: string): Pick<VolumeStats, 'bytes' | 'inodes'> {
  if (!/^\d+(?: \d+){5}\s*$/.test(text)) {
    throw new DriverError('internal', `stat -f answered ${JSON.stringify(text)}, which is not six numbers`);
  }
  const [size = 0n, blocks = 0n, free = 0n, available = 0n, inodes = 0n, freeInodes = 0n] = text
    .trim()
    .split(' ')
    .map(BigInt);
  return {
    bytes: { total: size * blocks, used: size * (blocks - free), available: size * available },
    inodes: { total: inodes, used: inodes - freeInodes, available: freeInodes },
  };
}

function whyNot(mountPoint: string, { interruptedBy, stderr }: CommandResult): string {
  if (interruptedBy) return `the file system at ${mountPoint} did not answer in time. ${checkServers}`;
  const said = stderr.trim();
  if (/transport endpoint shutdown/i.test(said)) {
    return `the servers have evicted this client from ${mountPoint} (${said}); it reconnects by itself, files that were open must be opened again`;
  }
  return `the file system at ${mountPoint} cannot be measured: ${said}. ${checkServers}`;
}

const notPublished = ({ volumeId, volumePath }: StatsCommand, why: string): DriverError =>
  new DriverError(
    'not-found',
    `volume ${volumeId} is not published at ${JSON.stringify(volumePath)}: ${why}`,
  );
