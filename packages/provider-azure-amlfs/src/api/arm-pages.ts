import type { ArmAnswer } from './arm-operation.js';

/** More pages than any resource has children: a listing that does not end is a fault of the cloud. */
const MAX_PAGES = 10_000;

/** Every item of a listing, once each: what comes or goes meanwhile may shift others to a page that was not read yet,
 *  and what was told last is right. Complete, or it throws.
 *  @param send asks for the first page, or for the one that the `nextLink` names */
export async function allPages(
  send: (page: { readonly nextLink?: string }) => Promise<ArmAnswer>,
): Promise<readonly unknown[]> {
  const all = new Map<string, unknown>();
  const followed = new Set<string>();
  let page: { readonly nextLink?: string } | undefined = {};
  for (let pages = 0; page !== undefined; pages += 1) {
    if (pages >= MAX_PAGES) throw new Error(`it has more than ${MAX_PAGES} pages`);
    const { items, next } = pageOf(await send(page));
    for (const item of items) all.set(keyOf(item, all.size), item);
    if (next !== undefined && followed.has(next))
      throw new Error(`its pages go round in a circle at ${next}`);
    if (next !== undefined) followed.add(next);
    page = next === undefined ? undefined : { nextLink: next };
  }
  return [...all.values()];
}

/** ARM compares ids and names without case. What has neither is nobody's double. */
function keyOf(item: unknown, position: number): string {
  const { id, name } = (item ?? {}) as { id?: unknown; name?: unknown };
  return id === undefined && name === undefined ? `#${position}` : JSON.stringify([id, name]).toLowerCase();
}

/** A page of a listing. One that does not look like it must not pass for an empty one. */
function pageOf({ body }: ArmAnswer): {
  readonly items: readonly unknown[];
  readonly next: string | undefined;
} {
  const { value, nextLink } = (body ?? {}) as { value?: unknown; nextLink?: unknown };
  if (!Array.isArray(value)) throw new Error('Azure answered something that is no listing');
  return { items: value, next: typeof nextLink === 'string' && nextLink !== '' ? nextLink : undefined };
}
