import type { FastifyInstance } from 'fastify';
import { integer, oneOf, parsePosted, text, type FieldRule } from './field-rules.js';
import { serverFaultKinds, type ServerFault, type ServerFaults } from './world/server-faults.js';

const fields: { readonly [field in keyof Required<ServerFault>]: FieldRule } = {
  kind: oneOf(...serverFaultKinds),
  fileSystem: text,
  ost: integer(0, 0xffff),
};

const rules = { noun: 'a fault of a server', required: ['kind', 'fileSystem'], fields };

/** Adds the routes `/_emulator/lustre-faults`, which arm and clear faults of the simulated Lustre servers. */
export function registerServerFaultApi(app: FastifyInstance, faults: ServerFaults | undefined): void {
  const path = '/_emulator/lustre-faults';
  app.get(path, () => ({ faults: faults?.list() ?? [] }));
  app.post(path, (request, reply) => {
    if (!faults) return reply.code(409).send({ error: 'this emulator has no --lustre-registry' });
    const parsed = parsePosted<ServerFault>(request.body, rules);
    if ('error' in parsed) return reply.code(400).send(parsed);
    for (const fault of parsed.items) faults.add(fault);
    return reply.code(201).send({ faults: faults.list() });
  });
  app.delete(path, (_, reply) => {
    faults?.clear();
    return reply.code(204).send();
  });
}
