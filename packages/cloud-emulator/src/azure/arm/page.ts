import { ArmError } from './arm-error.js';

/** A list item's place in its list: it never changes, so that paging skips and repeats nothing while others come and go. */
export interface Listed {
  readonly sequence: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Token of the next page; absent on the last one. */
  readonly skipToken?: string;
}

/** Items after the skip token, at most `size` of them. @throws ArmError InvalidSkipToken */
export function pageOf<T extends Listed>(
  items: readonly T[],
  size: number,
  skipToken: string | undefined,
): Page<T> {
  const last = skipToken === undefined ? 0 : readToken(skipToken);
  const rest = items.filter((item) => item.sequence > last);
  const page = rest.slice(0, size);
  const end = page.at(-1);
  return rest.length > size && end ? { items: page, skipToken: writeToken(end.sequence) } : { items: page };
}

const writeToken = (sequence: number): string => Buffer.from(`after:${sequence}`).toString('base64url');

function readToken(token: string): number {
  const match = /^after:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw new ArmError(400, 'InvalidSkipToken', `The skip token '${token}' is invalid.`);
  return Number(match[1]);
}
