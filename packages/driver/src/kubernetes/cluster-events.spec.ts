import { ManualClock, RememberedLog } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { ClusterEvents, type ClusterEvent } from './cluster-events.js';

const node = { apiVersion: 'v1', kind: 'Node', name: 'n-1', uid: 'n-1' };
const event: ClusterEvent = { subject: node, reason: 'LustreTargetLost', about: 'a', message: 'words' };

interface Stored {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly message: string;
  readonly count: number;
  readonly lastTimestamp: string;
}

/** Events of an API server. */
class Server {
  readonly events = new Map<string, Stored>();
  status: number | undefined;

  readonly client = {
    create: async (path: string, object: object): Promise<unknown> => {
      this.#refuse();
      const stored = object as Stored;
      const key = `${path}/${stored.metadata.name}`;
      if (this.events.has(key)) throw Object.assign(new Error('exists'), { status: 409 });
      this.events.set(key, stored);
      return stored;
    },
    get: async (path: string): Promise<unknown> => this.events.get(path),
    patch: async (path: string, operations: readonly object[]): Promise<unknown> => {
      const changes = (operations as readonly { op: string; path: string; value: unknown }[]).map(
        ({ path: field, value }) => [field.slice(1), value],
      );
      const patched = { ...this.events.get(path), ...(Object.fromEntries(changes) as object) } as Stored;
      this.events.set(path, patched);
      return patched;
    },
  };

  #refuse(): void {
    if (this.status) throw Object.assign(new Error('refused'), { status: this.status });
  }
}

function process(server: Server, clock = new ManualClock()) {
  const log = new RememberedLog();
  const client = async () => server.client;
  const events = new ClusterEvents({ client, clock, log, component: 'fsx.csi.aws.com', host: 'n-1' });
  const later = async (milliseconds: number): Promise<void> => {
    clock.after(milliseconds, () => {});
    await clock.next();
  };
  return { events, log, later };
}

describe('an event', () => {
  it('is about its object, in the namespace of such objects', async () => {
    const server = new Server();
    await process(server).events.report(event);
    expect([...server.events]).toEqual([
      [
        expect.stringMatching(/^\/api\/v1\/namespaces\/default\/events\/n-1\.[0-9a-f]{16}$/),
        expect.objectContaining({
          ...{ apiVersion: 'v1', kind: 'Event', involvedObject: node, type: 'Warning', count: 1 },
          ...{ reason: 'LustreTargetLost', message: 'words', firstTimestamp: '2026-01-01T00:00:00Z' },
          source: { component: 'fsx.csi.aws.com', host: 'n-1' },
        }),
      ],
    ]);
  });

  it('is one object, with a count, and is not sent at every look', async () => {
    const server = new Server();
    const { events, later } = process(server);
    await events.report(event);
    await events.report(event);
    expect([...server.events.values()].map(({ count }) => count)).toEqual([1]);
    await later(15 * 60_000);
    await events.report({ ...event, message: 'still' });
    await process(server).events.report(event); // Another process, or this one after a restart.
    expect([...server.events.values()]).toMatchObject([{ count: 3, message: 'words' }]);
  });

  it.each([
    ['subject', { subject: { ...node, name: 'n-2' } }],
    ['reason', { reason: 'LustreProcessStuck' }],
    ['matter', { about: 'b' }],
  ])('of another %s is another object', async (_, change) => {
    const server = new Server();
    const { events } = process(server);
    await events.report(event);
    await events.report({ ...event, ...change });
    expect(server.events.size).toBe(2);
  });

  it('without the right to send it is tried once, and the log names the right', async () => {
    const server = new Server();
    server.status = 403;
    const { events, log } = process(server);
    await events.report(event);
    await events.report({ ...event, about: 'b' });
    expect(log.lines.map(({ message }) => message)).toEqual([
      'an event could not be sent: allow the service account to get, create and patch events, or set --events=false',
    ]);
  });

  it('that an API server in trouble does not take is sent later', async () => {
    const server = new Server();
    server.status = 500;
    const { events, log, later } = process(server);
    await events.report(event);
    expect(log.lines).toHaveLength(1);
    server.status = undefined;
    await later(15 * 60_000);
    await events.report(event);
    expect(server.events.size).toBe(1);
  });

  it('has a message that the API server accepts', async () => {
    const server = new Server();
    await process(server).events.report({ ...event, message: 'x'.repeat(5_000) });
    expect([...server.events.values()].map(({ message }) => message.length)).toEqual([1_024]);
  });
});
