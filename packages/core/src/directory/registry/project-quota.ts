/** Usage and limits of a project. Bytes. */
export interface ProjectUsage {
  readonly usedBytes: bigint;
  /** The larger of the soft and the hard limit; 0n: none. */
  readonly limitBytes: bigint;
  readonly usedInodes: bigint;
  readonly limitInodes: bigint;
}

const KIBI = 1024n;

/** Report of lfs(1) on a project. */
export interface QuotaReport extends ProjectUsage {
  /** An OST has not reported its part, so that more may be used. */
  readonly areBytesPartial: boolean;
  /** An MDT has not reported its part, so that there may be more inodes. */
  readonly areInodesPartial: boolean;
  /** The limits are the file system's default, not the project's own. */
  readonly hasDefaultLimits: boolean;
}

/** Number of columns after the mount point. */
const COLUMNS = 8;

/**
 * Reads the output of `lfs quota [-q] -p ID MOUNT`, as lfs 2.12 to 2.17 print it: a row with the mount point, then for
 * blocks (KiB) and for inodes each the use, the soft limit, the hard limit and the grace period, lfs-quota(1). A use beyond
 * a limit carries `*`, a use that not all servers have reported stands in brackets; a long mount point stands on a line of its own.
 * Around the row stand headings (without `-q`), a line for each limit that is the default (until 2.15), or a hint that
 * some servers did not answer.
 * @throws Error with the text if there is no such row
 */
export function parseQuotaReport(text: string): QuotaReport {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const row = lines.map((words) => words.slice(-COLUMNS)).find(isRow);
  if (!row) throw new Error(`lfs quota printed ${JSON.stringify(text.slice(0, 200))}`);
  const [bytes = '', soft, hard, , inodes = '', softInodes, hardInodes] = row;
  return {
    usedBytes: numberIn(bytes) * KIBI,
    limitBytes: larger(numberIn(soft), numberIn(hard)) * KIBI,
    usedInodes: numberIn(inodes),
    limitInodes: larger(numberIn(softInodes), numberIn(hardInodes)),
    areBytesPartial: bytes.startsWith('['),
    areInodesPartial: inodes.startsWith('['),
    hasDefaultLimits: text.includes(' is using default '),
  };
}

/** Reports if a project has neither use nor limits of its own; undefined: the servers did not report enough. A project
 *  without inodes has no blocks, even if an OST does not report. */
export function isUnusedProject(report: QuotaReport): boolean | undefined {
  const { usedBytes, limitBytes, usedInodes, limitInodes, hasDefaultLimits, areInodesPartial } = report;
  const hasLimits = !hasDefaultLimits && limitBytes + limitInodes > 0n;
  if (hasLimits || usedBytes + usedInodes > 0n) return false;
  return areInodesPartial ? undefined : true;
}

/** Every column but the two grace periods is a number. */
const isRow = (words: readonly string[]): boolean =>
  words.length === COLUMNS &&
  words.every((word, column) => column % 4 === 3 || /^(?:\d{1,20}|\[\d{1,20}\])\*?$/.test(word));

const numberIn = (word = ''): bigint => BigInt(word.replace(/\D/g, ''));

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Arguments of `lfs` that set the limit of a project. */
export function setQuotaArguments(
  projectId: number,
  quota: 'hard' | 'soft',
  bytes: bigint,
): readonly string[] {
  const kibibytes = String((bytes + KIBI - 1n) / KIBI);
  const limits = quota === 'hard' ? ['-b', '0', '-B', kibibytes] : ['-b', kibibytes, '-B', '0'];
  return ['setquota', '-p', String(projectId), ...limits, '-i', '0', '-I', '0'];
}

/** Arguments of `lfs` that lift the limits of a project. */
export const liftQuotaArguments = (projectId: number): readonly string[] => [
  'setquota',
  '-p',
  String(projectId),
  ...['-b', '0', '-B', '0', '-i', '0', '-I', '0'],
];
