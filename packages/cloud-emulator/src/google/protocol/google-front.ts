import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../../world/faults.js';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { AccessTokens } from '../identity/access-tokens.js';
import type { GoogleSeed } from '../seed.js';
import { GoogleError } from './google-error.js';
import { matchRoute, resourceName, type GoogleRoute, type MatchedRoute } from './google-route.js';
import { wantsNumbers, withNumbers } from './wire-json.js';

interface GoogleRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string | undefined;
}

/** Front end of lustre.googleapis.com: authentication, project, routes, and the form of answers. */
export class GoogleFront {
  constructor(
    private readonly world: World,
    private readonly seed: GoogleSeed,
    private readonly tokens: AccessTokens,
    private readonly routes: readonly GoogleRoute[],
  ) {}

  /** Adds the routes of the API. Bodies must arrive as text. */
  register(app: FastifyInstance): void {
    app.route({
      method: ['GET', 'POST', 'PATCH', 'DELETE'],
      url: '/v1/projects/*',
      handler: (request, reply) => this.#serve(request, reply),
    });
  }

  async #serve(httpRequest: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const request = readRequest(httpRequest);
    const matched = matchRoute(this.routes, request.method, request.path);
    const outcome = await serveCall(this.world, {
      cloud: 'google',
      service: 'lustre',
      operation: matched?.route.operation ?? `${request.method} unknown`,
      resource: resourceName(request.path),
      requestId: request.query.get('requestId') ?? randomUUID(),
      effect: () => this.#attempt(request, matched),
      renderFault: (fault) => faultError(fault).toReply(),
    });
    return answer(reply, outcome);
  }

  #attempt(request: GoogleRequest, matched: MatchedRoute | undefined): Reply {
    try {
      const body = this.#handle(request, matched);
      return {
        status: 200,
        headers: { 'content-type': 'application/json; charset=UTF-8' },
        body: wantsNumbers(request.query) ? withNumbers(body) : body,
      };
    } catch (error) {
      if (error instanceof GoogleError) return error.toReply();
      throw error;
    }
  }

  #handle(request: GoogleRequest, matched: MatchedRoute | undefined): unknown {
    this.#checkToken(request.authorization);
    if (!matched) throw new GoogleError('NOT_FOUND', `Method not found: ${request.path}`);
    const { params, route } = matched;
    this.#checkProject(params.project);
    const { query, body } = request;
    return route.handle({ params, query, body, name: this.#canonical(resourceName(request.path)) });
  }

  #checkToken(authorization: string | undefined): void {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token !== undefined && this.tokens.isValid(token)) return;
    throw new GoogleError(
      'UNAUTHENTICATED',
      token === undefined
        ? 'Request is missing required authentication credential. Expected OAuth 2 access token.'
        : 'Request had invalid authentication credentials. Expected OAuth 2 access token.',
      {
        reason: token === undefined ? 'CREDENTIALS_MISSING' : 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
        headers: { 'WWW-Authenticate': 'Bearer realm="https://accounts.google.com/"' },
      },
    );
  }

  #checkProject(project: string): void {
    if (project === this.seed.projectId || project === this.seed.projectNumber) return;
    throw new GoogleError(
      'PERMISSION_DENIED',
      `Permission 'lustre.instances.list' denied on resource '//lustre.googleapis.com/projects/${project}' (or it may not exist).`,
      { reason: 'IAM_PERMISSION_DENIED' },
    );
  }

  /** Resource names have the id of the project, also where the caller wrote its number. */
  #canonical(name: string): string {
    return name.replace(/^projects\/[^/]+/, `projects/${this.seed.projectId}`);
  }
}

function readRequest(request: FastifyRequest): GoogleRequest {
  const url = new URL(request.raw.url ?? '/', 'http://localhost');
  return {
    method: request.method,
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    authorization: request.headers.authorization,
    body: typeof request.body === 'string' ? request.body : undefined,
  };
}

/** Error of the API for a call that meets an injected fault. */
function faultError(fault: Fault): GoogleError {
  const seconds = fault.retryAfterSeconds;
  const headers = seconds === undefined ? {} : { headers: { 'Retry-After': String(seconds) } };
  if (fault.kind === 'throttle') {
    const message =
      fault.message ?? "Quota exceeded for quota metric 'Requests' of service 'lustre.googleapis.com'.";
    return new GoogleError(fault.code ?? 'RESOURCE_EXHAUSTED', message, {
      http: 429,
      reason: 'RATE_LIMIT_EXCEEDED',
      ...headers,
    });
  }
  const http = fault.status ?? 503;
  const code = fault.code ?? (http === 503 ? 'UNAVAILABLE' : 'INTERNAL');
  return new GoogleError(code, fault.message ?? 'The service is currently unavailable.', {
    http,
    ...headers,
  });
}
