import type { Reply } from '../../world/serve-call.js';

/** Error that OCI answers with: `{code, message}`
 *  (https://docs.oracle.com/iaas/Content/API/References/apierrors.htm). */
export class OciError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  toReply(): Reply {
    const { status, code, message, headers } = this;
    return { status, headers, body: { code, message }, errorCode: code };
  }
}

export const invalidParameter = (message: string): OciError => new OciError(400, 'InvalidParameter', message);

export const missingParameter = (name: string): OciError =>
  new OciError(400, 'MissingParameter', `${name} must not be null`);

/** Answer for a resource that does not exist, and for one that the caller has no right to: OCI does not say which. */
export const notAuthorizedOrNotFound = (): OciError =>
  new OciError(404, 'NotAuthorizedOrNotFound', 'Authorization failed or requested resource not found.');

export const notAuthenticated = (message: string): OciError => new OciError(401, 'NotAuthenticated', message);

export const incorrectState = (message: string): OciError => new OciError(409, 'IncorrectState', message);

export const noEtagMatch = (): OciError =>
  new OciError(412, 'NoEtagMatch', 'The If-Match header does not match the current ETag of the resource.');

export const limitExceeded = (name: string, limit: number): OciError =>
  new OciError(
    400,
    'LimitExceeded',
    `The following service limits were exceeded: ${name} (${limit}). Request a service limit increase from the service limits page in the console.`,
  );
