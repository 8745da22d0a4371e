import { DriverError, isDriverError } from '../errors/driver-error.js';
import { lookAtServers } from './directory-worker.js';

/** What a call that waits for a file system is told when its time is over. */
export const fileSystemIsUnresponsive = (parent: string): string =>
  `the file system ${parent} has not answered yet, or is at work for others. If that goes on: ${lookAtServers}`;

/** Says for what a call has waited whose time is over. @throws what the work throws */
export async function orUnresponsive<T>(
  parent: string,
  signal: AbortSignal,
  work: Promise<T> | undefined,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const isOver = signal.aborted && error === signal.reason;
    if (!isOver || !isDriverError(error)) throw error;
    throw new DriverError(error.kind, `${fileSystemIsUnresponsive(parent)}; ${error.message}`, {
      cause: error,
    });
  }
}

/** Whether work that failed may have left something behind. */
export const mayHaveBegun = (error: unknown, { aborted }: AbortSignal): boolean =>
  aborted || isDriverError(error, 'unavailable') || isDriverError(error, 'deadline-exceeded');
