/** Defect of the credentials that a request was signed with. */
export type CredentialFault = 'unknown' | 'expired';

/** Defect of a request's signature. */
export type SignatureFault = 'missing' | 'incomplete' | 'scope' | CredentialFault;

export interface SignedHeaders {
  readonly authorization?: string | undefined;
  readonly 'x-amz-date'?: string | string[] | undefined;
  readonly 'x-amz-security-token'?: string | string[] | undefined;
}

const credentialScope = /Credential=[^/,\s]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request(,|\s|$)/;

/**
 * Defect of the Signature Version 4 of a request for this region and service. Only presence and scope are checked:
 * the emulator knows no secret keys, so any key signs.
 */
export function signatureFault(
  headers: SignedHeaders,
  region: string,
  service: string,
): SignatureFault | undefined {
  const { authorization, 'x-amz-date': date } = headers;
  if (authorization === undefined) return 'missing';
  const scope = credentialScope.exec(authorization);
  const complete =
    authorization.startsWith('AWS4-HMAC-SHA256 ') &&
    /SignedHeaders=[^,\s]+/.test(authorization) &&
    /Signature=[0-9a-f]{64}/.test(authorization) &&
    typeof date === 'string' &&
    /^\d{8}T\d{6}Z$/.test(date);
  if (!complete || !scope) return 'incomplete';
  return scope[2] === region && scope[3] === service ? undefined : 'scope';
}
