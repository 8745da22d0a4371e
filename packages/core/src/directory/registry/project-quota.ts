/** Usage and limits of a project. Bytes. */
export interface ProjectUsage {
  readonly usedBytes: bigint;
  /** The larger of the soft and the hard limit; 0n: none. */
  readonly limitBytes: bigint;
  readonly usedInodes: bigint;
  readonly limitInodes: bigint;
}

const KIBI = 1024n;

/**
 * Reads the output of `lfs quota -q -p ID MOUNT`: the mount point, then for blocks (KiB) and for inodes each the use,
 * the soft limit, the hard limit and the grace period, lfs-quota(1). A use beyond a limit carries `*`, a use that not
 * all servers have reported stands in brackets; long mount points stand on a line of their own.
 * @throws Error with the text if it is something else
 */
export function parseProjectUsage(text: string): ProjectUsage {
  const words = text.trim().split(/\s+/).slice(-8);
  const numbers = words.map((word) =>
    /^\[?\d+\]?\*?$/.test(word) ? BigInt(word.replace(/\D/g, '')) : undefined,
  );
  const [kilobytes, soft, hard, , inodes, softInodes, hardInodes] = numbers;
  const isComplete = [kilobytes, soft, hard, inodes, softInodes, hardInodes].every(
    (value) => value !== undefined,
  );
  if (words.length < 8 || !isComplete)
    throw new Error(`lfs quota printed ${JSON.stringify(text.slice(0, 200))}`);
  return {
    usedBytes: (kilobytes ?? 0n) * KIBI,
    limitBytes: larger(soft, hard) * KIBI,
    usedInodes: inodes ?? 0n,
    limitInodes: larger(softInodes, hardInodes),
  };
}

const larger = (a = 0n, b = 0n): bigint => (a > b ? a : b);

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
