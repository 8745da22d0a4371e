import { randomUUID } from 'node:crypto';
import type { Reply } from '../../world/serve-call.js';

/** An error of the Entra ID token endpoint: OAuth's `error` and an AADSTS number with its text. */
export class EntraError extends Error {
  constructor(
    readonly status: number,
    readonly oauthError: string,
    readonly aadsts: number,
    message: string,
  ) {
    super(message);
    this.name = 'EntraError';
  }

  toReply(origin: string, now: number): Reply {
    const timestamp = new Date(now).toISOString().replace('T', ' ').replace(/\.\d+/, '');
    const [traceId, correlationId] = [randomUUID(), randomUUID()];
    return {
      status: this.status,
      errorCode: `AADSTS${this.aadsts}`,
      body: {
        error: this.oauthError,
        error_description:
          `AADSTS${this.aadsts}: ${this.message} Trace ID: ${traceId} ` +
          `Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
        error_codes: [this.aadsts],
        timestamp,
        trace_id: traceId,
        correlation_id: correlationId,
        error_uri: `${origin}/error?code=${this.aadsts}`,
      },
    };
  }
}

export const tenantNotFound = (tenant: string): EntraError =>
  new EntraError(
    400,
    'invalid_tenant',
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the ` +
      'correct cloud.',
  );

export const missingParameter = (name: string): EntraError =>
  new EntraError(
    400,
    'invalid_request',
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  );

export const unsupportedGrant = (grant: string): EntraError =>
  new EntraError(
    400,
    'unsupported_grant_type',
    70003,
    `The app requested an unsupported grant type '${grant}'.`,
  );

export const unknownClient = (clientId: string, tenant: string): EntraError =>
  new EntraError(
    400,
    'unauthorized_client',
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the ` +
      'application has not been installed by the administrator of the tenant.',
  );

export const wrongSecret = (clientId: string): EntraError =>
  new EntraError(
    401,
    'invalid_client',
    7000215,
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not ' +
      `the client secret ID, for a secret added to app '${clientId}'.`,
  );

export const malformedAssertion = (): EntraError =>
  new EntraError(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.');

export const expiredAssertion = (): EntraError =>
  new EntraError(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.');

export const unknownResource = (resource: string, tenant: string): EntraError =>
  new EntraError(
    400,
    'invalid_resource',
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${tenant}.`,
  );

export const invalidScope = (scope: string): EntraError =>
  new EntraError(
    400,
    'invalid_scope',
    1002012,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with ` +
      '/.default suffixed to the resource identifier (application ID URI).',
  );
