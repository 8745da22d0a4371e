import { isDriverError } from '../errors/driver-error.js';
import type { Limits } from '../concurrency/wait-with-limits.js';
import { ChangeFailure } from './failure/change-failure.js';
import type { Mounter } from './mounter.js';

/** Change of the mount table, for metrics. */
export type MountChange = 'mount' | 'bind' | 'unmount';

/** Observer of changes of the mount table, for metrics and traces. */
export interface MountObserver {
  /** Reports the begin of a change.
   *  @returns reports its end; to be called once. `error`: `errorLabel` of the error, absent for a success */
  started(change: MountChange): (end: { readonly seconds: number; readonly error?: string }) => void;
}

type Changes = Pick<Mounter, 'mount' | 'bind' | 'unmount'>;

/** Reports each change of a mounter; everything else passes unchanged. */
export function measured<Mounting extends Mounter>(mounter: Mounting, observer: MountObserver): Mounting {
  const changes: Changes = {
    mount: (request, limits) => timed('mount', () => mounter.mount(request, limits)),
    bind: (request, limits) => timed('bind', () => mounter.bind(request, limits)),
    unmount: (target: string, limits: Limits) => timed('unmount', () => mounter.unmount(target, limits)),
  };
  const timed = async (change: MountChange, run: () => Promise<void>): Promise<void> => {
    const began = performance.now();
    const ended = observer.started(change);
    const seconds = (): number => (performance.now() - began) / 1000;
    try {
      await run();
      ended({ seconds: seconds() });
    } catch (error) {
      ended({ seconds: seconds(), error: errorLabel(error) });
      throw error;
    }
  };
  return new Proxy(mounter, {
    get: (target, name) => {
      if (Object.hasOwn(changes, name)) return changes[name as keyof Changes];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

/** Labels besides the names of errnos. */
export const otherErrorLabels = ['timeout', 'cancelled', 'busy', 'not-started', 'other'] as const;

/** Cause of a failed change in one of few words: the errno with which mount.lustre(8) or the kernel refused, or one of
 *  `otherErrorLabels`. */
export function errorLabel(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  if (cause instanceof ChangeFailure) return cause.label;
  if (isDriverError(error, 'deadline-exceeded')) return 'timeout';
  return isDriverError(error, 'cancelled') ? 'cancelled' : 'other';
}
