import { DriverError } from '@lustre-csi/core';

/** Part of every answer of the SDK that is not the cloud's. */
interface Answer {
  readonly $metadata?: { readonly requestId?: string | undefined };
}

/** Items of one page, and the token of the next page. */
export interface AnsweredPage<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/**
 * Reads a page of a listing. The SDK passes an empty body, `{}` and `null` as an answer without members: only a list of
 * items is a listing, and each item must name itself.
 * @param list member with the items
 * @param id member by which an item names itself
 * @throws DriverError unavailable, naming the request
 */
export function pageOf<T extends object>(
  operation: string,
  answer: Answer & { readonly NextToken?: string | undefined },
  list: string,
  id: keyof T & string,
): AnsweredPage<T> {
  const items = memberOf(answer, list);
  if (!Array.isArray(items)) throw malformed(operation, answer, `it has no list ${list}`);
  if (!items.every((item) => isText(memberOf(item, id)))) {
    throw malformed(operation, answer, `${list} has an item without ${id}`);
  }
  const next = memberOf(answer, 'NextToken') ?? '';
  if (typeof next !== 'string') throw malformed(operation, answer, 'its NextToken is not a text');
  return { items: items as readonly T[], next: next === '' ? undefined : next };
}

/**
 * Reads the answer to a description of resources by their ids. The cloud reports an absent resource by an error of its
 * own, never by a list without it.
 * @throws DriverError unavailable, naming the request, where one of the ids is missing
 */
export function describedBy<T extends object>(
  operation: string,
  answer: Answer,
  list: string,
  id: keyof T & string,
  requested: readonly string[],
): readonly T[] {
  const { items } = pageOf<T>(operation, answer, list, id);
  return requested.map((each) => {
    const found = items.find((item) => item[id] === each);
    if (found) return found;
    throw malformed(operation, answer, `${list} lacks ${each}, and the cloud does not report it as absent`);
  });
}

/**
 * Reads the resource that an answer contains.
 * @throws DriverError unavailable, naming the request, where there is none
 */
export function resourceIn<T extends object>(
  operation: string,
  answer: Answer,
  member: string,
  id: keyof T & string,
): T {
  const resource = memberOf(answer, member);
  if (isText(memberOf(resource, id))) return resource as T;
  throw malformed(operation, answer, `it has no ${member} with ${id}`);
}

/**
 * Checks the answer to a deletion, which names the resource.
 * @throws DriverError unavailable, naming the request
 */
export function checkDeleted(operation: string, answer: Answer, id: string, expected: string): void {
  if (memberOf(answer, id) === expected) return;
  throw malformed(operation, answer, `it does not name ${expected}`);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

const malformed = (operation: string, { $metadata }: Answer, why: string): DriverError =>
  new DriverError(
    'unavailable',
    `${operation} failed: the answer is malformed: ${why} (request id ${$metadata?.requestId ?? 'unknown'}). It proves ` +
      'nothing about what exists or was done; the call is retried automatically. If this persists, check proxies between the ' +
      'controller and AWS, and report the request id to AWS',
  );
