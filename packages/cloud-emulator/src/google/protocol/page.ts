import { invalidArgument } from './google-error.js';

/** Item of a list; its place in it never changes. */
export interface Listed {
  readonly sequence: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

/** Items after the page token of the query, at most `pageSize` of it or `most`.
 *  @throws GoogleError INVALID_ARGUMENT for an unreadable token */
export function pageOf<T extends Listed>(items: readonly T[], query: URLSearchParams, most: number): Page<T> {
  const size = Math.min(Number(query.get('pageSize')) || most, most);
  const last = afterToken(query.get('pageToken'));
  const rest = items.filter(({ sequence }) => sequence > last);
  const page = rest.slice(0, size);
  const end = page.at(-1);
  return rest.length > size && end
    ? { items: page, nextPageToken: Buffer.from(`after:${end.sequence}`).toString('base64url') }
    : { items: page };
}

function afterToken(token: string | null): number {
  if (!token) return 0;
  const match = /^after:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw invalidArgument('Invalid page token');
  return Number(match[1]);
}
