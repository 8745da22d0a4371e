import type { FastifyInstance } from 'fastify';
import { integer, oneOf, parsePosted, seconds, text, type FieldRule } from './field-rules.js';
import type { Fault } from './world/faults.js';
import type { Durations, World } from './world/world.js';

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
  app.patch('/_emulator/settings', (request, reply) => {
    const parsed = parseChange(request.body);
    if ('error' in parsed) return reply.code(400).send(parsed);
    const { fileSystemQuota = world.raisedQuota, ...durations } = parsed.change;
    world.raisedQuota = fileSystemQuota;
    world.durations = { ...world.durations, ...durations };
    return settings();
  });
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

const fields: { readonly [field in keyof Required<Fault>]: FieldRule } = {
  kind: oneOf('throttle', 'error', 'reset', 'slow', 'hang', 'answer', 'fail-creation'),
  cloud: oneOf('aws', 'azure', 'google', 'oci'),
  operation: text,
  when: oneOf('before', 'after'),
  times: integer(1),
  skip: integer(0),
  seconds,
  retryAfterSeconds: seconds,
  status: integer(400, 599),
  body: { must: 'a text', accepts: (value) => typeof value === 'string' },
  code: text,
  message: text,
};

/** Checks a posted fault, or a list of them. One bad fault refuses the whole list. */
export function parseFaults(body: unknown): { faults: readonly Fault[] } | { error: string } {
  const parsed = parsePosted<Fault>(body, { noun: 'a fault', required: ['kind'], fields });
  return 'error' in parsed ? parsed : { faults: parsed.items };
}

/** Change of the settings. */
type SettingsChange = Partial<Omit<Durations, 'tokenSeconds'>> & { readonly fileSystemQuota?: number };

const settingsFields: { readonly [field in keyof Required<SettingsChange>]: FieldRule } = {
  createSeconds: seconds,
  deleteSeconds: seconds,
  updateSeconds: seconds,
  fileSystemQuota: integer(1),
};

function parseChange(body: unknown): { readonly change: SettingsChange } | { readonly error: string } {
  const noun = 'a change of settings';
  if (Array.isArray(body)) return { error: `${noun} must be a single JSON object` };
  const parsed = parsePosted<SettingsChange>(body, { noun, required: [], fields: settingsFields });
  return 'error' in parsed ? parsed : { change: parsed.items[0] ?? {} };
}
