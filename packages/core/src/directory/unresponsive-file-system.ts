import { DriverError, isDriverError } from '../errors/driver-error.js';
import { checkServers } from '../process/stuck-child.js';

/** Message of a call whose time ends while it waits for a file system. */
export const fileSystemIsUnresponsive = (parent: string): string =>
  `the file system ${parent} has not answered yet, or is at work for others. If this continues, a Lustre server does not answer. ${checkServers}`;

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

/** Reports if failed work may have left something behind. */
export const mayHaveBegun = (error: unknown, { aborted }: AbortSignal): boolean =>
  aborted || isDriverError(error, 'unavailable') || isDriverError(error, 'deadline-exceeded');
