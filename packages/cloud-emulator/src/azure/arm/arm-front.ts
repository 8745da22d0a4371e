import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../../world/faults.js';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import { checkBearerToken } from '../identity/bearer-token.js';
import type { TokenStore } from '../identity/token-store.js';
import type { AzureSeed } from '../seed.js';
import { checkApiVersion, unknownResourceType } from './api-versions.js';
import { ArmError, resourceGroupNotFound, subscriptionNotFound } from './arm-error.js';
import { sameName } from './arm-id.js';
import { fillPath, matchRoute, type ArmRoute, type MatchedRoute } from './arm-route.js';
import type { RateLimits } from './rate-limits.js';

interface ArmRequest {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly authorization: string | undefined;
  readonly body: string | undefined;
}

/**
 * Steps of Azure Resource Manager before and after the resource provider: authentication, scope, versions, headers.
 */
export class ArmFront {
  constructor(
    private readonly world: World,
    private readonly origin: () => string,
    private readonly seed: AzureSeed,
    private readonly tokens: TokenStore,
    private readonly limits: RateLimits,
    private readonly routes: readonly ArmRoute[],
  ) {}

  /** Adds the routes of ARM. Bodies must arrive as text. */
  register(app: FastifyInstance): void {
    for (const url of ['/subscriptions/*', '/providers/*']) {
      app.route({
        method: ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'],
        url,
        handler: (request, reply) => this.#serve(request, reply),
      });
    }
  }

  async #serve(httpRequest: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const request = readRequest(httpRequest);
    const matched = matchRoute(this.routes, request.method, request.path);
    const resource = matched?.route.resource;
    const requestId = randomUUID();
    const complete = (outcome: Reply): Reply => this.#withHeaders(outcome, requestId, request.method);
    const outcome = await serveCall(this.world, {
      cloud: 'azure',
      service: 'arm',
      operation: matched?.route.operation ?? `${request.method} unknown`,
      ...(matched && resource !== undefined ? { resource: fillPath(resource, matched.params) } : {}),
      requestId,
      effect: () => complete(this.#attempt(request, matched)),
      renderFault: (fault) => complete(faultReply(fault)),
    });
    return answer(reply, outcome);
  }

  #attempt(request: ArmRequest, matched: MatchedRoute | undefined): Reply {
    try {
      return { body: undefined, ...this.#handle(request, matched) };
    } catch (error) {
      if (error instanceof ArmError) return error.toReply();
      throw error;
    }
  }

  #handle(request: ArmRequest, matched: MatchedRoute | undefined): Omit<Reply, 'body'> & { body?: unknown } {
    const authority = `${this.origin()}/${this.seed.tenantId}`;
    const token = checkBearerToken(request.authorization, this.tokens, authority, this.world.now());
    this.limits.count(request.method, this.seed.subscriptionId);
    const asked = request.query.get('api-version');
    if (!matched) throw unknownResourceType(request.path, asked);
    const { route, params } = matched;
    this.#checkSubscription(params.subscriptionId);
    const apiVersion = checkApiVersion(route.resourceType, asked);
    this.#checkResourceGroup(params.resourceGroup);
    return route.handle({
      params,
      query: request.query,
      path: request.path,
      body: request.body,
      apiVersion,
      caller: token.clientId,
    });
  }

  /** Checks the subscription of the path; a path below no subscription names none. */
  #checkSubscription(id: string): void {
    if (id !== '' && !sameName(id, this.seed.subscriptionId)) throw subscriptionNotFound(id);
  }

  #checkResourceGroup(name: string): void {
    if (name === '' || this.seed.resourceGroups.some((known) => sameName(known, name))) return;
    throw resourceGroupNotFound(name);
  }

  #withHeaders(reply: Reply, requestId: string, method: string): Reply {
    const time = new Date(this.world.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    return {
      ...reply,
      headers: {
        'Cache-Control': 'no-cache',
        'x-ms-request-id': requestId,
        'x-ms-correlation-request-id': requestId,
        'x-ms-routing-request-id': `${this.seed.location.toUpperCase()}:${time}:${requestId}`,
        ...this.limits.headers(method),
        ...reply.headers,
      },
    };
  }
}

function readRequest(request: FastifyRequest): ArmRequest {
  const url = new URL(request.raw.url ?? '/', 'https://localhost');
  const query = [...url.searchParams].map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method: request.method,
    path: url.pathname,
    query: new Map(query),
    authorization: request.headers.authorization,
    body: typeof request.body === 'string' ? request.body : undefined,
  };
}

/** Reply of ARM to a call that meets an injected fault. */
function faultReply(fault: Fault): Reply {
  const seconds = fault.retryAfterSeconds;
  const details = seconds === undefined ? {} : { headers: { 'Retry-After': String(seconds) } };
  if (fault.kind === 'throttle') {
    const message = fault.message ?? 'The request is being throttled. Please retry later.';
    return new ArmError(429, fault.code ?? 'TooManyRequests', message, details).toReply();
  }
  const status = fault.status ?? 503;
  const code = fault.code ?? (status === 503 ? 'ServiceUnavailable' : 'InternalServerError');
  const message = fault.message ?? 'The service is temporarily unable to process the request.';
  return new ArmError(status, code, message, details).toReply();
}
