import { DriverError } from '../errors/driver-error.js';

export interface PageRequest {
  /** 0: as many as the driver chooses. */
  readonly maxEntries: number;
  /** Empty: from the start. */
  readonly startingToken: string;
}

export interface Page<T> {
  readonly entries: readonly T[];
  /** Empty: this was the last page. */
  readonly nextToken: string;
}

const TOKEN = /^after:/;

/** gRPC clients accept messages of 4 MiB: a response may have fewer entries than requested (CSI: ListVolumes). */
const MOST_ENTRIES = 2_000;

/** One page of a list, in the order of its keys. A token names the last entry that was shown, so that it stays
 *  right while entries come and go.
 *  @throws DriverError aborted if the token is not one of this driver's (CSI: ListVolumes and ListSnapshots errors) */
export function pageOf<T>(all: readonly T[], keyOf: (entry: T) => string, request: PageRequest): Page<T> {
  const last = decode(request.startingToken);
  const rest = all
    .filter((entry) => last === undefined || keyOf(entry) > last)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const asked = request.maxEntries > 0 ? request.maxEntries : MOST_ENTRIES;
  const entries = rest.slice(0, Math.min(asked, MOST_ENTRIES));
  const shown = entries.at(-1);
  const nextToken = shown !== undefined && entries.length < rest.length ? encode(keyOf(shown)) : '';
  return { entries, nextToken };
}

const encode = (key: string): string => Buffer.from(`after:${key}`).toString('base64url');

function decode(token: string): string | undefined {
  if (token === '') return undefined;
  const text = Buffer.from(token, 'base64url').toString();
  if (TOKEN.test(text)) return text.replace(TOKEN, '');
  throw new DriverError(
    'aborted',
    `starting_token "${token}" is not one of this driver's: start again without it`,
  );
}
