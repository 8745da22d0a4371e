/** Defect of the token of a Kubernetes service account. */
export type TokenFault = 'malformed' | 'audience' | 'expired';

/** Claims of a service account's token that the emulator reads. */
export interface ServiceAccountToken {
  /** Name of the account: `system:serviceaccount:<namespace>:<name>`. */
  readonly subject: string;
}

/** Reads a projected service account token for this audience. It must look like a JWT and be within its time; its signature
 *  is not checked: the emulator trusts every cluster. */
export function readServiceAccountToken(
  token: string,
  audience: string,
  now: number,
): ServiceAccountToken | TokenFault {
  const claims = claimsOf(token);
  if (typeof claims?.sub !== 'string' || typeof claims.exp !== 'number') return 'malformed';
  if (![claims.aud].flat().includes(audience)) return 'audience';
  return claims.exp * 1000 <= now ? 'expired' : { subject: claims.sub };
}

interface Claims {
  readonly sub?: unknown;
  readonly exp?: unknown;
  readonly aud?: unknown;
}

function claimsOf(token: string): Claims | undefined {
  const [, payload, signature] = token.split('.');
  if (!payload || !signature) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}
