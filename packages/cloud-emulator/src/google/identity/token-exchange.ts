import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { GoogleSeed } from '../seed.js';
import type { AccessTokens } from './access-tokens.js';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Token exchange of workload identity federation: sts.googleapis.com/v1/token (RFC 8693). */
export class TokenExchange {
  constructor(
    private readonly world: World,
    private readonly seed: GoogleSeed,
    private readonly tokens: AccessTokens,
  ) {}

  register(app: FastifyInstance): void {
    app.post('/v1/token', async (request, reply) => answer(reply, await this.#serve(request)));
  }

  #serve({ body }: FastifyRequest): ReturnType<typeof serveCall> {
    const form = new URLSearchParams(typeof body === 'string' ? body : '');
    return serveCall(this.world, {
      cloud: 'google',
      service: 'sts',
      operation: 'ExchangeToken',
      resource: form.get('audience') ?? '',
      requestId: randomUUID(),
      effect: () => this.#exchange(form),
      renderFault: ({ kind, status, code, message }) =>
        refusal(
          status ?? (kind === 'throttle' ? 429 : 503),
          code ?? 'internal_failure',
          message ?? 'try again',
        ),
    });
  }

  #exchange(form: URLSearchParams): Reply {
    if (form.get('grant_type') !== EXCHANGE) return invalid('grant_type');
    if (form.get('subject_token_type') !== JWT) return invalid('subject_token_type');
    if (form.get('requested_token_type') !== ACCESS_TOKEN) return invalid('requested_token_type');
    if (form.get('audience') !== this.seed.identityProvider) return invalid('audience');
    if (form.get('subject_token') !== this.seed.subjectToken) {
      return refusal(400, 'invalid_grant', 'Error connecting to the given credential’s issuer.');
    }
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: {
        access_token: this.tokens.issue(),
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: this.tokens.seconds,
      },
    };
  }
}

const invalid = (field: string): Reply => refusal(400, 'invalid_request', `Invalid value for "${field}".`);

const refusal = (status: number, error: string, description: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: { error, error_description: description },
  errorCode: error,
});
