import { digestOf } from '../parameters/tags.js';

/** What a token is for. */
export type TokenVerb = 'create' | 'delete' | 'backup' | 'update' | 'associate';

/** A ClientRequestToken (at most 63 of `[A-Za-z0-9_.-]`) that is the same for equal parts and for no others. */
export function clientRequestToken(verb: TokenVerb, parts: readonly string[]): string {
  return `csi-${verb}-${digestOf(parts).slice(0, 48)}`;
}
