import { MalformedAnswerError } from './api-error.js';
import type { Page } from './lustre-operations.js';

/** Limit of pages: a longer listing would never end. */
const MAX_PAGES = 10_000;

/** Listing with all pages. */
export interface Listing {
  /** Each once, by its name. */
  readonly items: readonly object[];
  /** Zones that Google could not reach. */
  readonly unreachable: readonly string[];
}

/** Reads every page of a listing. Complete, or it throws; the caller judges `unreachable`.
 *  @param field member with the items; absent where a page has none, as proto3 JSON leaves out empty lists
 *  @param send requests the first page, or the one of the token
 *  @throws MalformedAnswerError */
export async function allPages(field: string, send: (page: Page) => Promise<object>): Promise<Listing> {
  const items = new Map<string, object>();
  const unreachable = new Set<string>();
  const followed = new Set<string>();
  let page: Page | undefined = {};
  for (let pages = 0; page !== undefined; pages += 1) {
    if (pages >= MAX_PAGES) throw new MalformedAnswerError(`it has more than ${MAX_PAGES} pages`);
    const answer = (await send(page)) as Readonly<Record<string, unknown>>;
    for (const item of itemsIn(answer, field)) items.set(item.name, item);
    for (const zone of textsIn(answer['unreachable'])) unreachable.add(zone);
    const token = tokenIn(answer);
    if (token !== undefined && followed.has(token)) {
      throw new MalformedAnswerError('the pages of the listing repeat');
    }
    if (token !== undefined) followed.add(token);
    page = token === undefined ? undefined : { pageToken: token };
  }
  return { items: [...items.values()], unreachable: [...unreachable] };
}

interface Named {
  readonly name: string;
}

function itemsIn(answer: Readonly<Record<string, unknown>>, field: string): readonly Named[] {
  const items = answer[field] ?? [];
  if (!Array.isArray(items)) throw new MalformedAnswerError(`the field ${field} of the listing is no list`);
  return items.map((item: unknown) => {
    if (typeof (item as Named | null)?.name === 'string') return item as Named;
    throw new MalformedAnswerError('an item of the listing has no name');
  });
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];

function tokenIn({ nextPageToken }: Readonly<Record<string, unknown>>): string | undefined {
  if (nextPageToken === undefined || nextPageToken === '') return undefined;
  if (typeof nextPageToken === 'string') return nextPageToken;
  throw new MalformedAnswerError('the page token of the listing is no text');
}
