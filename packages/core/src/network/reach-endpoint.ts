import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../errors/driver-error.js';
import type { NetworkAgents } from './network-agents.js';

/** Answer of an endpoint. */
export interface EndpointAnswer {
  readonly name: string;
  readonly url: string;
  /** Reason why it gave no HTTP answer; absent: it gave one. */
  readonly error?: string;
  /** Seconds by which the clock of this machine is ahead of the header `Date`; absent: there is none. */
  readonly aheadSeconds?: number;
}

/** Authorities and clock of a request. */
export interface ReachOptions {
  readonly signal: AbortSignal;
  /** Agents of `agentsFor`; absent: those of Node.js. */
  readonly agents?: NetworkAgents | undefined;
  /** Clock of this machine, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Authority that replaces all others, PEM. */
  readonly ca?: string | undefined;
}

/** Sends HEAD to an endpoint, and returns what its answer shows, with any HTTP status.
 *  @throws the reason of the signal */
export async function reachEndpoint(
  { name, url }: { readonly name: string; readonly url: string },
  options: ReachOptions,
): Promise<EndpointAnswer> {
  try {
    const date = await dateOf(new URL(url), options);
    const ahead = Math.round(((options.now ?? Date.now)() - Date.parse(date ?? '')) / 1000);
    return { name, url, ...(Number.isNaN(ahead) ? {} : { aheadSeconds: ahead }) };
  } catch (error) {
    options.signal.throwIfAborted();
    return { name, url, error: reasonOf(error) };
  }
}

function dateOf(url: URL, { signal, agents, ca }: ReachOptions): Promise<string | undefined> {
  const isSecure = url.protocol === 'https:';
  const agent = isSecure ? agents?.https : agents?.http;
  const options = {
    method: 'HEAD',
    signal,
    ...(agent ? { agent } : {}),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? httpsRequest : httpRequest)(url, options, (response) => {
      response.resume();
      resolve(response.headers.date);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Node.js puts the errors of several addresses into one without a message. */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  return text === '' ? ((error as NodeJS.ErrnoException).code ?? 'no answer') : text;
}
