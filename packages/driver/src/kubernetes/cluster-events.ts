import { createHash } from 'node:crypto';
import { messageOf, systemClock, type Clock, type Log } from '@lustre-csi/core';
import type { KubeClient } from './kube-client.js';
import { valueAt } from './object-fields.js';

/** Time for which the same event is not sent again. Milliseconds; the API server keeps events for an hour. */
const REPEAT_MS = 15 * 60_000;
/** Longest message that the API server accepts, in characters. */
const LONGEST_MESSAGE = 1_024;
/** Namespace of events about objects that have none. */
const NAMESPACE = 'default';
/** Time limit of one event. Milliseconds. */
const SEND_MS = 10_000;

/** Object that an event is about. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
}

/** Event for people, about something that no call reports. */
export interface ClusterEvent {
  readonly subject: EventSubject;
  /** One word: `LustreTargetLost`. */
  readonly reason: string;
  /** Distinguishes events of one reason about one object: the name of a target. Default: there is one. */
  readonly about?: string;
  readonly message: string;
}

/** Inputs of events. */
export interface ClusterEventsParts {
  readonly client: () => Promise<Pick<KubeClient, 'get' | 'patch' | 'create'>>;
  /** Name of the driver, as the source of the events. */
  readonly component: string;
  /** Name of this node or pod. */
  readonly host: string;
  readonly log: Log;
  readonly clock?: Pick<Clock, 'now'>;
}

/** Events in the cluster. The same event becomes one object with a count, however often and by however many processes it is
 *  reported. */
export class ClusterEvents {
  readonly #sentAt = new Map<string, number>();
  #isRefused = false;

  constructor(private readonly parts: ClusterEventsParts) {}

  /** Reports an event, unless it was reported a moment ago. Never throws: an event is no part of any work. */
  async report(event: ClusterEvent): Promise<void> {
    const { clock = systemClock, log } = this.parts;
    const now = clock.now();
    const name = this.#nameOf(event);
    if (this.#isRefused || now - (this.#sentAt.get(name) ?? -Infinity) < REPEAT_MS) return;
    this.#sentAt.set(name, now);
    try {
      await this.#send(name, event, new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'));
    } catch (error) {
      this.#isRefused = statusOf(error) === 403;
      const next = this.#isRefused
        ? 'allow the service account to get, create and patch events, or set --events=false'
        : 'it is sent again later';
      log.warn({ why: messageOf(error) }, `an event could not be sent: ${next}`);
    }
  }

  /** The same name in all processes that report the same. */
  #nameOf({ subject, reason, about = '' }: ClusterEvent): string {
    const { kind, namespace = '', name } = subject;
    const key = [this.parts.component, kind, namespace, name, reason, about].join('\0');
    return `${name.slice(0, 200)}.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  }

  async #send(name: string, event: ClusterEvent, time: string): Promise<void> {
    const client = await this.parts.client();
    const path = `/api/v1/namespaces/${event.subject.namespace ?? NAMESPACE}/events`;
    // No AbortSignal.timeout: it may be collected before it fires (Node.js 20).
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), SEND_MS);
    try {
      await client
        .create(path, this.#object(name, event, time), late.signal)
        .catch(async (error: unknown) => {
          if (statusOf(error) !== 409) throw error;
          await this.#repeat(client, `${path}/${name}`, event, time, late.signal);
        });
    } finally {
      clearTimeout(timer);
    }
  }

  async #repeat(
    client: Pick<KubeClient, 'get' | 'patch'>,
    path: string,
    { message }: ClusterEvent,
    time: string,
    signal: AbortSignal,
  ): Promise<void> {
    const count = valueAt(await client.get(path, signal), 'count');
    const changes = {
      count: (typeof count === 'number' ? count : 1) + 1,
      lastTimestamp: time,
      message: message.slice(0, LONGEST_MESSAGE),
    };
    const operations = Object.entries(changes).map(([field, value]) => ({
      op: 'replace',
      path: `/${field}`,
      value,
    }));
    await client.patch(path, operations, signal);
  }

  #object(name: string, { subject, reason, message }: ClusterEvent, time: string): object {
    const { component, host } = this.parts;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: subject.namespace ?? NAMESPACE },
      involvedObject: subject,
      reason,
      message: message.slice(0, LONGEST_MESSAGE),
      type: 'Warning',
      source: { component, host },
      reportingComponent: component,
      reportingInstance: host,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
    };
  }
}

const statusOf = (error: unknown): number | undefined =>
  (error as { readonly status?: number } | undefined)?.status;
