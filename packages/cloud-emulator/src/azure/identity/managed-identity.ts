import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Fault } from '../../world/faults.js';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { SeedIdentity } from '../seed.js';
import type { TokenStore } from './token-store.js';

/** Paths of the token endpoint: MSAL sends the slash at the end. */
const paths = ['/metadata/identity/oauth2/token', '/metadata/identity/oauth2/token/'];

/** Query parameters that name one of several identities, in the spelling of clients of different ages. */
const selectors: ReadonlyMap<string, keyof SeedIdentity> = new Map(
  Object.entries<keyof SeedIdentity>({
    client_id: 'clientId',
    msi_res_id: 'resourceId',
    mi_res_id: 'resourceId',
  }),
);

type Query = Readonly<Record<string, string | undefined>>;

/**
 * The identity part of Azure's instance metadata service: tokens of the managed identities that the virtual machine has
 * (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token). Plain HTTP, as on
 * the machine itself.
 */
export class ManagedIdentity {
  constructor(
    private readonly world: World,
    private readonly identities: readonly SeedIdentity[],
    private readonly tokens: TokenStore,
  ) {}

  register(app: FastifyInstance): void {
    for (const path of paths) {
      app.get(path, async (request: FastifyRequest<{ Querystring: Query }>, reply) =>
        answer(reply, await this.#serve(request.headers['metadata'], request.query)),
      );
    }
  }

  #serve(header: unknown, query: Query): ReturnType<typeof serveCall> {
    const resource = this.#identity(query)?.clientId;
    return serveCall(this.world, {
      cloud: 'azure',
      service: 'imds',
      operation: 'identity.token',
      ...(resource === undefined ? {} : { resource }),
      requestId: randomUUID(),
      effect: () => this.#token(header, query),
      renderFault: faultReply,
    });
  }

  #token(header: unknown, query: Query): Reply {
    // Only a program on the machine sends the header: a tricked browser or proxy cannot.
    if (header !== 'true') return refusal('invalid_request', 'Required metadata header not specified');
    if (!query['api-version'])
      return refusal('invalid_request', 'Required query variable api-version missing');
    const { resource } = query;
    if (!resource) return refusal('invalid_request', 'Required query variable resource missing');
    const identity = this.#identity(query);
    if (!identity) return refusal('invalid_request', 'Identity not found');
    const { clientId } = identity;
    const { seconds } = this.tokens;
    const now = Math.floor(this.world.now() / 1000);
    return {
      status: 200,
      body: {
        access_token: this.tokens.issue(clientId, resource),
        client_id: clientId,
        expires_in: String(seconds),
        expires_on: String(now + seconds),
        ext_expires_in: String(seconds),
        not_before: String(now),
        resource,
        token_type: 'Bearer',
      },
    };
  }

  /** Identity that the query names; without a selector, the system-assigned one. */
  #identity(query: Query): SeedIdentity | undefined {
    const asked = [...selectors.keys()].find((name) => query[name]);
    if (asked === undefined) return this.identities.find(({ resourceId }) => resourceId === undefined);
    const field = selectors.get(asked) as keyof SeedIdentity;
    return this.identities.find((each) => each[field]?.toLowerCase() === query[asked]?.toLowerCase());
  }
}

const refusal = (error: string, description: string): Reply => ({
  status: 400,
  body: { error, error_description: description },
  errorCode: error,
});

function faultReply({ kind, status, code, message }: Fault): Reply {
  const error = code ?? (kind === 'throttle' ? 'too_many_requests' : 'unknown_error');
  return {
    status: status ?? (kind === 'throttle' ? 429 : 500),
    body: { error, error_description: message ?? 'Failed to retrieve token from the Active directory.' },
    errorCode: error,
  };
}
