import { digestOf } from '../parameters/tags.js';

/** Purpose of a token. */
export type TokenVerb = 'create' | 'delete' | 'backup' | 'update' | 'associate';

/** Derives a ClientRequestToken (at most 63 of `[A-Za-z0-9_.-]`): the same for equal parts, different for others. */
export function clientRequestToken(verb: TokenVerb, parts: readonly string[]): string {
  return `csi-${verb}-${digestOf(parts).slice(0, 48)}`;
}
