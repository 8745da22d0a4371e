import { isAtLeast, type ClientVersion } from '../client-version.js';
import type { ProjectLimits } from './lfs-arguments.js';
import type { ProjectUse } from './project-accounting.js';

/** Quota of a project, as the servers know it. */
export interface ProjectQuota {
  readonly project: number;
  /** Mount point, as given. */
  readonly path: string;
  readonly use: ProjectUse;
  readonly limits: ProjectLimits;
  /** Limits were set before, or lifted. */
  readonly hasRecord: boolean;
  /** A target did not answer: the use of blocks is not complete. */
  readonly isPartial: boolean;
}

const NAME_WIDTH = 15;
const COLUMN_WIDTH = 8;

/** Output of `lfs quota -p`, in the layout of the release. */
export function quotaText(quota: ProjectQuota, quiet: boolean, version: ClientVersion): string {
  const lines = [...(quiet ? [] : heading(quota, version)), ...row(quota, version)];
  if (!quota.hasRecord && !isAtLeast(version, '2.16')) {
    for (const kind of ['block', 'file'])
      lines.push(`pid ${quota.project} is using default ${kind} quota setting`);
  }
  if (quota.isPartial) lines.push(inaccurate);
  return lines.join('\n');
}

const inaccurate =
  'Some errors happened when getting quota info. Some devices may be not working or deactivated. ' +
  'The data in "[]" is inaccurate.';

function heading({ project }: ProjectQuota, version: ClientVersion): readonly string[] {
  const isNew = isAtLeast(version, '2.17');
  const [blocks, inodes] = isNew ? ['b', 'i'] : ['', ''];
  const of = (prefix: string): readonly string[] =>
    ['quota', 'limit', 'grace'].map((word) => `${prefix}${word}`);
  const columns = ['kbytes', ...of(blocks), 'files', ...of(inodes)];
  return [
    `Disk quotas for prj ${isNew ? '<unknown>' : project} (pid ${project}):`,
    `${'Filesystem'.padStart(NAME_WIDTH)}${aligned(columns)}`,
  ];
}

/** A name that is longer than its column stands on a line of its own. */
function row({ path, use, limits, isPartial }: ProjectQuota, version: ClientVersion): readonly string[] {
  const blocks = over(use.kib, limits.softKib, limits.hardKib);
  const inodes = over(use.inodes, limits.softInodes, limits.hardInodes);
  // A 2.17 client stars both when one is over.
  const together = isAtLeast(version, '2.17') && (blocks || inodes);
  const star = (isOver: boolean): string => (isOver || together ? '*' : '');
  const kib = isPartial ? `[${use.kib}]` : `${use.kib}`;
  const columns = [
    ...[`${kib}${star(blocks)}`, limits.softKib, limits.hardKib, grace(use.kib, limits.softKib)],
    ...[
      `${use.inodes}${star(inodes)}`,
      limits.softInodes,
      limits.hardInodes,
      grace(use.inodes, limits.softInodes),
    ],
  ];
  const text = `${aligned(columns)}${isPartial ? ' ' : ''}`;
  return path.length > NAME_WIDTH
    ? [path, `${' '.repeat(NAME_WIDTH)}${text}`]
    : [`${path.padStart(NAME_WIDTH)}${text}`];
}

const over = (used: bigint, ...limits: readonly bigint[]): boolean =>
  limits.some((limit) => limit > 0n && used > limit);

/** Time until a soft limit is enforced. The simulation counts none down. */
const grace = (used: bigint, soft: bigint): string => (over(used, soft) ? '6d23h59m59s' : '-');

const aligned = (columns: readonly (string | bigint)[]): string =>
  columns
    .map((column) => String(column).padStart(COLUMN_WIDTH - 1))
    .map((column) => ` ${column}`)
    .join('');
