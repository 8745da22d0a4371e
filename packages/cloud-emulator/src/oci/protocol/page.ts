import { invalidParameter } from './oci-error.js';

export interface OciPage<Item> {
  readonly items: readonly Item[];
  /** Value of `opc-next-page`; absent on the last page. */
  readonly next?: string;
}

/**
 * Cuts the page of a listing. A page has at most `limit` items, and may have fewer than the caller wants. The token holds
 * the place by key, so that items that come or go between two pages shift nothing.
 */
export function cutOciPage<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => number,
  query: ReadonlyMap<string, string>,
  limit: number,
): OciPage<Item> {
  const after = keyIn(query.get('page'));
  const wanted = Number(query.get('limit') ?? limit);
  if (!Number.isInteger(wanted) || wanted < 1) throw invalidParameter('limit must be an integer from 1');
  const rest = items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, Math.min(wanted, limit));
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { items: page };
  return { items: page, next: Buffer.from(`after:${keyOf(last)}`).toString('base64url') };
}

function keyIn(token: string | undefined): number {
  if (token === undefined) return -1;
  const key = /^after:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (key === undefined) throw invalidParameter('page is not a token of this listing');
  return Number(key);
}
