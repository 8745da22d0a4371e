import type { Clock } from '../concurrency/clock.js';
import type { FileSystemListing } from './file-system-listing.js';
import type { WaitingCaller } from './volume-kind.js';

/** Time between the last look and the end of the caller's time, which a listing and the answer need. Milliseconds. */
const BEFORE_END_MS = 1_500;
/** Shortest time of a call for a last look. Milliseconds. */
const SHORTEST_CALL_MS = 3_000;

/**
 * Runs work that waits for listings of a scope, and hastens the next one shortly before the caller's time is over: a volume
 * that has become usable since the last look is returned now, and not after the caller's pause between two calls.
 */
export async function withLastLook<T>(
  { listing, clock }: { readonly listing: Pick<FileSystemListing, 'hasten'>; readonly clock: Clock },
  scope: string,
  { endsAt }: WaitingCaller,
  work: () => Promise<T>,
): Promise<T> {
  const left = (endsAt ?? Infinity) - clock.now();
  if (left < SHORTEST_CALL_MS || left === Infinity) return work();
  const callOff = clock.after(left - BEFORE_END_MS, () => listing.hasten(scope));
  try {
    return await work();
  } finally {
    callOff();
  }
}
