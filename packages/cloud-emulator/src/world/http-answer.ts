import type { FastifyReply } from 'fastify';
import type { Reply, Silence } from './serve-call.js';

/** Sends what {@link serveCall} decided: an answer, a cut connection, or nothing at all. */
export function answer(reply: FastifyReply, outcome: Reply | Silence): FastifyReply {
  if (outcome === 'reset') {
    reply.hijack();
    reply.raw.socket?.destroy();
    return reply;
  }
  if (outcome === 'hang') {
    reply.hijack();
    return reply;
  }
  return reply
    .code(outcome.status)
    .headers(outcome.headers ?? {})
    .send(outcome.body);
}
