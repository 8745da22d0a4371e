import { malformed, memberOf } from './answer-shape.js';
import type { ArmAnswer } from './arm-operation.js';

/** Limit of pages, more than any resource has children: a longer listing would never end. */
const MAX_PAGES = 10_000;

/** Reads every item of a listing once. Items that are created or deleted during the listing shift others to a later page;
 *  the later one counts. Complete, or it throws.
 *  @param send requests the first page, or the one of the `nextLink`
 *  @param isItem reports whether an item can be read: an unreadable one makes the listing unknown
 *  @throws Error naming the request where a page is malformed */
export async function allPages(
  send: (page: { readonly nextLink?: string }) => Promise<ArmAnswer>,
  isItem: (item: unknown) => boolean = () => true,
): Promise<readonly unknown[]> {
  const all = new Map<string, unknown>();
  const followed = new Set<string>();
  let page: { readonly nextLink?: string } | undefined = {};
  for (let pages = 0; page !== undefined; pages += 1) {
    if (pages >= MAX_PAGES) throw new Error(`it has more than ${MAX_PAGES} pages`);
    const { items, next } = pageOf(await send(page), isItem);
    for (const item of items) all.set(keyOf(item, all.size), item);
    if (next !== undefined && followed.has(next)) throw new Error(`its pages repeat at ${next}`);
    if (next !== undefined) followed.add(next);
    page = next === undefined ? undefined : { nextLink: next };
  }
  return [...all.values()];
}

/** Key of an item for duplicates. ARM ignores case in ids and names; an item with neither has no duplicate. */
function keyOf(item: unknown, position: number): string {
  const { id, name } = (item ?? {}) as { id?: unknown; name?: unknown };
  return id === undefined && name === undefined ? `#${position}` : JSON.stringify([id, name]).toLowerCase();
}

/** Reads a page of a listing; an unreadable one is an error, as it must not count as empty or as the last one. */
function pageOf(
  answer: ArmAnswer,
  isItem: (item: unknown) => boolean,
): { readonly items: readonly unknown[]; readonly next: string | undefined } {
  const items = memberOf(answer.body, 'value');
  const next = memberOf(answer.body, 'nextLink') ?? '';
  if (!Array.isArray(items)) throw malformed(answer, 'it is not a listing');
  if (!items.every(isItem)) throw malformed(answer, 'an item of the listing cannot be read');
  if (typeof next !== 'string') throw malformed(answer, 'the nextLink of the listing is not a text');
  return { items, next: next === '' ? undefined : next };
}
