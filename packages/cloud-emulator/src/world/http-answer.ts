import type { FastifyReply } from 'fastify';
import type { Reply, Silence } from './serve-call.js';

/** Carries out the decision of {@link serveCall}: an answer, a cut connection, or silence. */
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
