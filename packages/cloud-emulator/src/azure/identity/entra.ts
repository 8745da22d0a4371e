import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../../world/faults.js';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { AzureSeed } from '../seed.js';
import { checkClientCredentials } from './client-credentials.js';
import { EntraError, tenantNotFound } from './entra-error.js';
import type { TokenStore } from './token-store.js';

type TenantRequest = FastifyRequest<{ Params: { tenant: string }; Body: string | undefined }>;

/** The part of Entra ID that service principals and workload identities need: discovery and the token endpoint. */
export class Entra {
  constructor(
    private readonly world: World,
    private readonly origin: () => string,
    private readonly seed: AzureSeed,
    private readonly tokens: TokenStore,
  ) {}

  /** Adds the routes of Entra ID. Bodies must arrive as text. */
  register(app: FastifyInstance): void {
    app.get('/common/discovery/instance', (_request, reply) =>
      this.#serve(reply, 'instanceDiscovery', () => this.#instances()),
    );
    app.get('/:tenant/v2.0/.well-known/openid-configuration', (request: TenantRequest, reply) =>
      this.#serve(reply, 'openidConfiguration', () =>
        this.#configuration(request.params.tenant, request.host),
      ),
    );
    app.post('/:tenant/oauth2/v2.0/token', (request: TenantRequest, reply) =>
      this.#serve(reply, 'token', () => this.#token(request.params.tenant, request.body ?? '')),
    );
  }

  async #serve(reply: FastifyReply, operation: string, effect: () => object): Promise<FastifyReply> {
    const requestId = randomUUID();
    const outcome = await serveCall(this.world, {
      cloud: 'azure',
      service: 'entra',
      operation,
      requestId,
      effect: () => withHeaders(this.#attempt(effect), requestId),
      renderFault: (fault) => withHeaders(this.#faultReply(fault), requestId),
    });
    return answer(reply, outcome);
  }

  #attempt(effect: () => object): Reply {
    try {
      return { status: 200, body: effect() };
    } catch (error) {
      if (error instanceof EntraError) return error.toReply(this.origin(), this.world.now());
      throw error;
    }
  }

  #instances(): object {
    const host = new URL(this.origin()).host;
    return {
      tenant_discovery_endpoint: `${this.origin()}/${this.seed.tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    };
  }

  /** Discovery document, with the name by which the client reaches the server: it checks the issuer. */
  #configuration(tenant: string, host: string): object {
    this.#checkTenant(tenant);
    const base = `https://${host}/${this.seed.tenantId}`;
    return {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      tenant_region_scope: 'NA',
    };
  }

  #token(tenant: string, body: string): object {
    this.#checkTenant(tenant);
    const form = new URLSearchParams(body);
    const now = this.world.now();
    const { clientId, audience } = checkClientCredentials(form, this.seed, this.origin(), now);
    return {
      token_type: 'Bearer',
      expires_in: this.tokens.seconds,
      ext_expires_in: this.tokens.seconds,
      access_token: this.tokens.issue(clientId, audience),
    };
  }

  #checkTenant(tenant: string): void {
    if (tenant.toLowerCase() !== this.seed.tenantId) throw tenantNotFound(tenant);
  }

  #faultReply(fault: Fault): Reply {
    const throttled = fault.kind === 'throttle';
    const status = throttled ? 429 : (fault.status ?? 503);
    const error = new EntraError(
      status,
      fault.code ?? 'temporarily_unavailable',
      throttled ? 90055 : 90033,
      fault.message ??
        (throttled ? 'Too many requests.' : 'A transient error has occurred. Please try again.'),
    );
    const reply = error.toReply(this.origin(), this.world.now());
    const seconds = fault.retryAfterSeconds;
    return seconds === undefined ? reply : { ...reply, headers: { 'Retry-After': String(seconds) } };
  }
}

const withHeaders = (reply: Reply, requestId: string): Reply => ({
  ...reply,
  headers: { ...reply.headers, 'Cache-Control': 'no-store, no-cache', 'x-ms-request-id': requestId },
});
