import { isObject, type JsonObject } from '../arm/json-body.js';
import type { AzureSeed } from '../seed.js';
import {
  expiredAssertion,
  invalidScope,
  malformedAssertion,
  missingParameter,
  unknownClient,
  unknownResource,
  unsupportedGrant,
  wrongSecret,
} from './entra-error.js';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Resource identifiers of Azure Resource Manager, beside the emulator's own origin. */
const armAudiences = ['https://management.azure.com', 'https://management.core.windows.net'];

/** Authenticated client, and the resource for which it requests a token. */
export interface GrantedClient {
  readonly clientId: string;
  readonly audience: string;
}

/** Checks a client credentials request (client secret, or client assertion of a workload identity).
 *
 * An assertion must look like a JWT and be within its time; its signature is not checked, because the emulator trusts
 * every issuer.
 * @throws EntraError */
export function checkClientCredentials(
  form: URLSearchParams,
  seed: AzureSeed,
  origin: string,
  now: number,
): GrantedClient {
  const grant = required(form, 'grant_type');
  if (grant !== 'client_credentials') throw unsupportedGrant(grant);
  const clientId = required(form, 'client_id');
  const client = seed.clients.find((known) => known.clientId === clientId.toLowerCase());
  if (!client) throw unknownClient(clientId, seed.tenantId);
  const assertion = form.get('client_assertion');
  if (assertion !== null) checkAssertion(assertion, required(form, 'client_assertion_type'), now);
  else if (required(form, 'client_secret') !== client.clientSecret) throw wrongSecret(clientId);
  return { clientId, audience: audienceOf(required(form, 'scope'), seed, origin) };
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === '') throw missingParameter(name);
  return value;
}

function checkAssertion(assertion: string, type: string, now: number): void {
  const parts = assertion.split('.');
  if (type !== assertionType || parts.length !== 3 || !decode(parts[0])) throw malformedAssertion();
  const claims = decode(parts[1]);
  if (!claims) throw malformedAssertion();
  const expires = claims['exp'];
  if (typeof expires === 'number' && expires * 1000 <= now) throw expiredAssertion();
}

function decode(part: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The resource of a scope `RESOURCE/.default`; MSAL adds OpenID scopes beside it. */
function audienceOf(scopes: string, seed: AzureSeed, origin: string): string {
  const scope = scopes.split(' ').find((one) => one.endsWith('/.default'));
  if (scope === undefined) throw invalidScope(scopes);
  const audience = scope.slice(0, -'/.default'.length).replace(/\/$/, '');
  if ([origin, ...armAudiences].includes(audience)) return audience;
  throw unknownResource(audience, seed.tenantId);
}
