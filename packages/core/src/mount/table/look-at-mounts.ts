import type { Limits } from '../../concurrency/wait-with-limits.js';
import { StuckChildError } from '../../process/stuck-child.js';
import type { SystemCallResult, SystemCalls } from '../../process/system-calls.js';
import { MountTable, parseMountLine } from './mount-table.js';

/** Reads the mounts on a path, and the mount around them; undefined if that is not possible. Never throws. */
export type LookAtMounts = (path: string, limits: Pick<Limits, 'signal'>) => Promise<MountTable | undefined>;

/** Longest wait for a look, in milliseconds. It contacts no server; a client that does so all the same is not waited for. */
const LOOK_MS = 2_000;
/** Errors of kernels before Linux 6.13, and of filters of system calls. */
const IMPOSSIBLE = ['ENOSYS', 'EPERM'];

/** Looks at the mounts on a path by statmount(2), in another process. Where that is not possible, or has hung, it is not tried again. */
export function lookAtMountsBy(calls: Pick<SystemCalls, 'run'>): LookAtMounts {
  let isPossible = true;
  return async (path, { signal }) => {
    if (!isPossible) return undefined;
    try {
      const result = await calls.run(['look', path], { signal, deadlineMs: LOOK_MS });
      isPossible = !showsImpossible(result);
      return result?.details && !result.error ? tableOf(result.details.join(' ')) : undefined;
    } catch (error) {
      isPossible = !(error instanceof StuckChildError);
      return undefined;
    }
  };
}

const showsImpossible = ({ error, interruptedBy }: SystemCallResult = {}): boolean =>
  interruptedBy === 'deadline' || IMPOSSIBLE.includes(error?.code ?? '');

/** Reads lines of the mount table that are ended by TAB. */
const tableOf = (lines: string): MountTable =>
  new MountTable(lines.split('\t').flatMap((line) => parseMountLine(line) ?? []));
