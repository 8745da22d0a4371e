import { createServer, type ServerResponse } from 'node:http';
import { listenHttp, type HttpListener } from '../http/http-listener.js';
import { runHealthChecks, type HealthCheck, type HealthResult } from './health-checks.js';

/** Checks of the driver, by the question that they answer. */
export interface HealthChecks {
  /** Conditions that a restart restores: `/healthz` and `/livez`. */
  readonly live: readonly HealthCheck[];
  /** Conditions for volumes to be mounted: `/readyz`. */
  readonly ready: readonly HealthCheck[];
}

/** Paths with the question that each answers. They are those of Kubernetes components. */
const questions: ReadonlyMap<string, keyof HealthChecks> = new Map([
  ['/healthz', 'live'],
  ['/livez', 'live'],
  ['/readyz', 'ready'],
]);

/** Serves health over HTTP: status 200 or 500, and a line for each check where one fails or the query is `verbose`.
 *  @param address value of `--health-address`
 *  @throws ConfigurationError naming the flag */
export function serveHealth(address: string, checks: HealthChecks): Promise<HttpListener> {
  const server = createServer((request, response) => void answer(checks, request.url ?? '', response));
  return listenHttp(server, 'health-address', address);
}

async function answer(checks: HealthChecks, url: string, response: ServerResponse): Promise<void> {
  const [path = '', query] = url.split('?');
  const question = questions.get(path);
  if (question === undefined) {
    response.writeHead(404).end(`health is at ${[...questions.keys()].join(', ')}\n`);
    return;
  }
  const results = await runHealthChecks(checks[question]);
  const isHealthy = results.every(({ failure }) => failure === undefined);
  response.writeHead(isHealthy ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(isHealthy && query !== 'verbose' ? 'ok\n' : results.map(lineOf).join(''));
}

const lineOf = ({ name, failure }: HealthResult): string =>
  failure === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${failure}\n`;
