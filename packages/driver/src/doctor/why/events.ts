import type { KubeClient } from '../../kubernetes/kube-client.js';
import { listAt, textAt } from '../../kubernetes/object-fields.js';

/** Event of an object. */
export interface Event {
  readonly reason: string;
  readonly message: string;
  readonly isWarning: boolean;
  /** Milliseconds since the epoch; 0: the event has no time. */
  readonly at: number;
}

/** Events of an object, the newest first; needs `list` on events. */
export async function eventsOf(
  kube: Pick<KubeClient, 'get'>,
  namespace: string,
  uid: string,
  signal: AbortSignal,
): Promise<readonly Event[]> {
  const selector = encodeURIComponent(`involvedObject.uid=${uid}`);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events?fieldSelector=${selector}`;
  const list = await kube.get(path, signal);
  return listAt(list, 'items')
    .map(toEvent)
    .sort((a, b) => b.at - a.at);
}

function toEvent(object: unknown): Event {
  const time =
    textAt(object, 'series', 'lastObservedTime') ??
    textAt(object, 'lastTimestamp') ??
    textAt(object, 'eventTime') ??
    textAt(object, 'metadata', 'creationTimestamp');
  return {
    reason: textAt(object, 'reason') ?? '',
    message: (textAt(object, 'message') ?? '').replaceAll(/\s+/g, ' '),
    isWarning: textAt(object, 'type') === 'Warning',
    at: Date.parse(time ?? '') || 0,
  };
}

/** Sentence about the newest warning, or else the newest event; undefined: there is none. */
export function describeNewest(events: readonly Event[], now: number): string | undefined {
  const event = events.find(({ isWarning }) => isWarning) ?? events[0];
  if (!event) return undefined;
  const age = event.at === 0 ? '' : ` (${formatAge(event.at, now)} ago)`;
  return `Its last event${age} is ${event.reason}: ${event.message}${/[.!?]$/.test(event.message) ? '' : '.'}`;
}

/** Formats a duration: `45 s`, `3 min`, `2 h`, `4 days`. */
export function formatAge(since: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - since) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
