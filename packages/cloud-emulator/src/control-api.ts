import type { FastifyInstance } from 'fastify';
import type { Fault } from './world/faults.js';
import type { World } from './world/world.js';

/** State that the control API reports and changes. */
export interface Controlled {
  readonly world: World;
  /** Inventory of each cloud, as JSON. */
  readonly state: () => unknown;
  readonly settings: () => unknown;
}

/**
 * Adds the routes below `/_emulator/`, with which tests and people watch the clouds and inject faults. No cloud has
 * such paths.
 */
export function registerControlApi(app: FastifyInstance, { world, state, settings }: Controlled): void {
  const { journal, faults } = world;
  app.get('/_emulator/journal', () => ({ entries: journal.entries() }));
  app.delete('/_emulator/journal', (_, reply) => {
    journal.clear();
    return reply.code(204).send();
  });
  app.get('/_emulator/state', state);
  app.get('/_emulator/settings', settings);
  app.get('/_emulator/faults', () => ({ faults: faults.list() }));
  app.post('/_emulator/faults', (request, reply) => {
    const parsed = parseFaults(request.body);
    if ('error' in parsed) return reply.code(400).send(parsed);
    for (const fault of parsed.faults) faults.add(fault);
    return reply.code(201).send({ faults: faults.list() });
  });
  app.delete('/_emulator/faults', (_, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
}

interface FieldRule {
  /** Requirement on the field, as the end of a sentence. */
  readonly must: string;
  readonly accepts: (value: unknown) => boolean;
}

const oneOf = (...words: readonly string[]): FieldRule => ({
  must: `one of ${words.join(', ')}`,
  accepts: (value) => typeof value === 'string' && words.includes(value),
});
const text: FieldRule = {
  must: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
const integer = (least: number, most = Number.MAX_SAFE_INTEGER): FieldRule => ({
  must: most === Number.MAX_SAFE_INTEGER ? `an integer from ${least}` : `an integer from ${least} to ${most}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});
const seconds: FieldRule = {
  must: 'a number of seconds from 0',
  accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
};

const fields: { readonly [field in keyof Required<Fault>]: FieldRule } = {
  kind: oneOf('throttle', 'error', 'reset', 'slow', 'hang', 'fail-creation'),
  cloud: oneOf('aws', 'azure'),
  operation: text,
  when: oneOf('before', 'after'),
  times: integer(1),
  skip: integer(0),
  seconds,
  retryAfterSeconds: seconds,
  status: integer(400, 599),
  code: text,
  message: text,
};

/** Checks a posted fault, or a list of them. One bad fault refuses the whole list. */
export function parseFaults(body: unknown): { faults: readonly Fault[] } | { error: string } {
  const posted: readonly unknown[] = Array.isArray(body) ? body : [body];
  for (const [index, value] of posted.entries()) {
    const error = faultError(value);
    if (error !== undefined) return { error: Array.isArray(body) ? `fault ${index}: ${error}` : error };
  }
  return { faults: posted as readonly Fault[] };
}

function faultError(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'a fault must be a JSON object with at least a kind';
  }
  if (!('kind' in value)) return `kind is missing; it must be ${fields.kind.must}`;
  for (const [name, given] of Object.entries(value)) {
    if (!Object.hasOwn(fields, name)) {
      return `${name} is not a field of a fault; the fields are ${Object.keys(fields).join(', ')}`;
    }
    const rule = fields[name as keyof Fault];
    if (!rule.accepts(given)) return `${name} must be ${rule.must}, not ${JSON.stringify(given)}`;
  }
  return undefined;
}
