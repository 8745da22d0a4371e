import { badRequest } from './aws-error.js';

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Token of the next page; absent on the last one. */
  readonly nextToken?: string;
}

/**
 * Cuts the next page. A page never has more than `limit` items, also where the caller requests more, and a token
 * holds the place by key, so that items that come or go between two pages shift nothing. Throws BadRequest for a
 * token that this operation did not issue.
 */
export function cutPage<Item>(
  listing: { operation: string; items: readonly Item[]; keyOf: (item: Item) => number; limit: number },
  request: PageRequest,
): Page<Item> {
  const after = request.NextToken === undefined ? -1 : keyIn(request.NextToken, listing.operation);
  const rest = listing.items.filter((item) => listing.keyOf(item) > after);
  const items = rest.slice(0, Math.min(request.MaxResults ?? listing.limit, listing.limit));
  const last = items.at(-1);
  if (last === undefined || items.length === rest.length) return { items };
  return { items, nextToken: tokenOf(listing.operation, listing.keyOf(last)) };
}

const tokenOf = (operation: string, key: number): string =>
  Buffer.from(`${operation}:${key}`).toString('base64');

function keyIn(token: string, operation: string): number {
  const [given, key] = Buffer.from(token, 'base64').toString().split(':');
  if (given !== operation || key === undefined || !/^\d+$/.test(key))
    throw badRequest('The NextToken is not valid for this request.');
  return Number(key);
}
