import type { Measurement, Usage, VolumeMeasurement } from '../model/usage.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import { CommandRunner } from '../process/command.js';
import { describeStuckChild, StuckChildError } from '../process/stuck-child.js';
import { TargetChildren } from '../process/target-children.js';
import { parseDirectoryHandle } from './directory-handle.js';
import { parseQuotaReport, type ProjectUsage, type QuotaReport } from './registry/project-quota.js';

/** Milliseconds for `lfs quota`, which asks every server. */
const QUOTA_MS = 5_000;

/** Usage and limits of directories with a quota: NodeGetVolumeStats of such volumes. */
export class DirectoryUsage {
  readonly #clock: Clock;
  readonly #children: TargetChildren;

  constructor(parts: { readonly clock?: Clock; readonly children?: TargetChildren } = {}) {
    this.#clock = parts.clock ?? systemClock;
    this.#children = parts.children ?? new TargetChildren(new CommandRunner(this.#clock), this.#clock);
  }

  /** As `MeasureQuota`. If lfs is not installed, the numbers stay those of statfs(2): from 2.12 on, a Lustre client
   *  reports the project's numbers there.
   *  @throws DriverError unavailable if the servers do not report them */
  readonly measure = async (
    volumeId: string,
    path: string,
    whole: Measurement,
  ): Promise<VolumeMeasurement> => {
    const projectId = parseDirectoryHandle(volumeId)?.projectId;
    if (projectId === undefined) return whole;
    const text = await this.#ask(projectId, path);
    if (text === undefined) return whole;
    const usage = parsed(text);
    const warning = unenforcedLimit(usage);
    return { ...ownUsage(usage, whole), ...(warning === undefined ? {} : { warning }) };
  };

  /** @returns undefined if there is no lfs */
  async #ask(projectId: number, path: string): Promise<string | undefined> {
    const args = ['quota', '-q', '-p', String(projectId), path];
    const options = { signal: new AbortController().signal, deadlineMs: QUOTA_MS };
    try {
      const result = await this.#children.run(`quota of ${path}`, 'lfs', args, options);
      if (result.exitCode === 0) return result.stdout;
      const said = result.interruptedBy
        ? `it did not end within ${QUOTA_MS / 1000} s`
        : // With a dead server, all of the output is on stdout.
          oneLine(result.stderr) || oneLine(result.stdout) || `exit status ${result.exitCode}`;
      throw unavailable(`lfs ${args.join(' ')}: ${said}`);
    } catch (error) {
      if (isDriverError(error, 'failed-precondition')) return undefined;
      if (error instanceof StuckChildError)
        throw unavailable(describeStuckChild(error.child, this.#clock.now()));
      throw error;
    }
  }
}

/** Excess that servers allow although they enforce a limit: they hand out parts of it in advance (qunits). A limit of 32 MiB
 *  stopped writers at 41 MiB, one of 64 MiB at 82 MiB. */
const TOLERATED_BYTES = 64n * 1024n * 1024n;
const TOLERATED_INODES = 1024n;

/** Finding where more is used than a limit allows that servers enforce; no other sign of that is visible on a client. */
export function unenforcedLimit(usage: ProjectUsage): string | undefined {
  const { usedBytes, limitBytes, usedInodes, limitInodes } = usage;
  const excess = [
    ...(isBeyond(usedBytes, limitBytes, TOLERATED_BYTES) ? [`${usedBytes} bytes of ${limitBytes}`] : []),
    ...(isBeyond(usedInodes, limitInodes, TOLERATED_INODES)
      ? [`${usedInodes} inodes of ${limitInodes}`]
      : []),
  ];
  if (excess.length === 0) return undefined;
  return (
    `the volume uses ${excess.join(' and ')}, more than its limit allows: the servers do not enforce limits of projects ` +
    `(or root wrote the excess, for which no limit counts). Enable enforcement on the servers: ` +
    `"lctl set_param -P osd-*.*.quota_slave.enabled=ugp" on the MGS (or "lctl conf_param FSNAME.quota.ost=ugp" and ` +
    `FSNAME.quota.mdt=ugp); "lctl get_param osd-*.*.quota_slave.info" shows whether it is`
  );
}

const isBeyond = (used: bigint, limit: bigint, tolerated: bigint): boolean =>
  limit > 0n && used > limit + (limit / 4n > tolerated ? limit / 4n : tolerated);

/** Bytes by the limit; inodes by the limit if there is one, else what the project uses of all. Pure. */
export function ownUsage(usage: ProjectUsage, whole: Measurement): Measurement {
  const { limitBytes, usedBytes, limitInodes, usedInodes } = usage;
  return {
    bytes: limited(usedBytes, limitBytes, whole.bytes),
    inodes: limited(usedInodes, limitInodes, whole.inodes),
  };
}

/** The rest of the limit may be more than the file system has left. */
function limited(used: bigint, limit: bigint, whole: Usage): Usage {
  if (limit === 0n) return { total: whole.total, used, available: whole.available };
  const left = limit > used ? limit - used : 0n;
  return { total: limit, used, available: left < whole.available ? left : whole.available };
}

/** A number that lacks the part of a dead server would pass for the volume's use. */
function parsed(text: string): ProjectUsage {
  const report = reportIn(text);
  if (!report.areBytesPartial && !report.areInodesPartial) return report;
  throw unavailable(`not all servers have reported their part (${oneLine(text)})`);
}

function reportIn(text: string): QuotaReport {
  try {
    return parseQuotaReport(text);
  } catch (error) {
    throw unavailable((error as Error).message);
  }
}

const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ').slice(0, 500);

const unavailable = (what: string): DriverError =>
  new DriverError('unavailable', `the quota of the volume cannot be read: ${what}; check the Lustre servers`);
