import type { KubeClient } from './kube-client.js';
import { listAt, textAt } from './object-fields.js';

const PAGE = 500;
/** Far beyond any cluster: a listing with more pages than this would never end. */
const MOST_PAGES = 2_000;

/** Reads all pages of a list.
 *  @param path of the list, with other query parameters if there are any
 *  @throws Error as `KubeClient.get`, and for a list that never ends */
export async function listAll(
  kube: Pick<KubeClient, 'get'>,
  path: string,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let next: string | undefined = '';
  for (let pages = 0; next !== undefined; pages += 1) {
    if (pages === MOST_PAGES) throw new Error(`${path}: the list does not end`);
    const token: string = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const page = await kube.get(`${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${token}`, signal);
    items.push(...listAt(page, 'items'));
    next = textAt(page, 'metadata', 'continue');
  }
  return items;
}
