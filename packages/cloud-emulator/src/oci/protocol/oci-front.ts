import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../../world/faults.js';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { Principals } from '../identity/principals.js';
import { checkSignature } from '../identity/request-signature.js';
import { OciError, notAuthorizedOrNotFound } from './oci-error.js';
import { matchOciRoute, type MatchedOciRoute, type OciRoute } from './oci-route.js';
import { parseBody } from './request-body.js';

/** Paths of the services: their API versions. */
const versions = ['/20250228/*', '/20160918/*'];

/** Front end of the services: checks the signature of each call, and adds the headers of each answer. */
export class OciFront {
  constructor(
    private readonly world: World,
    private readonly principals: Principals,
    private readonly routes: readonly OciRoute[],
  ) {}

  /** Adds the routes. Bodies must arrive as text. */
  register(app: FastifyInstance): void {
    for (const url of versions) {
      app.route({
        method: ['GET', 'POST', 'PUT', 'DELETE'],
        url,
        handler: (request, reply) => this.#serve(request, reply),
      });
    }
  }

  async #serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { pathname } = new URL(request.raw.url ?? '/', 'https://localhost');
    const matched = matchOciRoute(this.routes, request.method, pathname);
    // The client chooses the first part of the request id, the service adds two.
    const given = headerOf(request)('opc-request-id') ?? newPart();
    const requestId = `${given}/${newPart()}/${newPart()}`;
    const complete = (outcome: Reply): Reply => ({
      ...outcome,
      headers: { 'opc-request-id': requestId, ...outcome.headers },
    });
    const outcome = await serveCall(this.world, {
      cloud: 'oci',
      service: matched?.route.service ?? 'oci',
      operation: matched?.route.operation ?? `${request.method} unknown`,
      ...(matched && matched.id !== '' ? { resource: matched.id } : {}),
      requestId,
      effect: () => complete(this.#attempt(request, matched)),
      renderFault: (fault) => complete(faultReply(fault)),
    });
    return answer(reply, outcome);
  }

  #attempt(request: FastifyRequest, matched: MatchedOciRoute | undefined): Reply {
    try {
      return { body: undefined, ...this.#handle(request, matched) };
    } catch (error) {
      if (error instanceof OciError) return error.toReply();
      throw error;
    }
  }

  #handle(
    request: FastifyRequest,
    matched: MatchedOciRoute | undefined,
  ): Omit<Reply, 'body'> & { body?: unknown } {
    const target = request.raw.url ?? '/';
    const text = textOf(request);
    const header = headerOf(request);
    checkSignature(
      { method: request.method, target, header, body: text },
      this.principals.find,
      this.world.now(),
    );
    if (!matched) throw notAuthorizedOrNotFound();
    const query = new Map(new URL(target, 'https://localhost').searchParams);
    return matched.route.handle({ id: matched.id, query, header, text, body: () => parseBody(text) });
  }
}

/** Reader of the headers of a request. */
export const headerOf =
  ({ headers }: FastifyRequest) =>
  (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };

/** Body of a request, as it was sent. */
export const textOf = ({ body }: FastifyRequest): string => (typeof body === 'string' ? body : '');

const newPart = (): string => randomBytes(16).toString('hex').toUpperCase();

/** Reply of OCI to a call that meets an injected fault. */
export function faultReply({ kind, retryAfterSeconds, status, code, message }: Fault): Reply {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (kind === 'throttle') {
    const words = message ?? 'Too many requests for the tenant.';
    return new OciError(429, code ?? 'TooManyRequests', words, headers).toReply();
  }
  const shown = status ?? 500;
  const fallback = shown === 503 ? 'ServiceUnavailable' : 'InternalServerError';
  return new OciError(shown, code ?? fallback, message ?? 'Internal error occurred.', headers).toReply();
}
