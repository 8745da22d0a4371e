import { ArmError } from '../arm/arm-error.js';
import type { IssuedToken, TokenStore } from './token-store.js';

/**
 * Token of the caller, by the Authorization header of the request.
 * @throws ArmError 401 with WWW-Authenticate where the token is missing, unknown or too old
 */
export function checkBearerToken(
  authorization: string | undefined,
  tokens: TokenStore,
  authority: string,
  now: number,
): IssuedToken {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw refused(
      authority,
      'InvalidAuthenticationToken',
      "The 'Authorization' header is missing or no bearer token.",
    );
  }
  const issued = tokens.find(token);
  if (!issued) throw refused(authority, 'InvalidAuthenticationToken', 'The access token is invalid.');
  if (issued.expiresAt <= now) {
    throw refused(
      authority,
      'ExpiredAuthenticationToken',
      `The access token expiry UTC time '${new Date(issued.expiresAt).toISOString()}' is earlier than current UTC ` +
        `time '${new Date(now).toISOString()}'.`,
    );
  }
  return issued;
}

const refused = (authority: string, code: string, message: string): ArmError =>
  new ArmError(401, code, message, {
    headers: {
      'WWW-Authenticate': `Bearer authorization_uri="${authority}", error="invalid_token", error_description="${message}"`,
    },
  });
