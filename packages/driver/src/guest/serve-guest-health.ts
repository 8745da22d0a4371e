import { createServer, type ServerResponse } from 'node:http';
import { listenHttp, type HttpListener } from '../http/http-listener.js';
import type { GuestMounts } from './guest-mounts.js';

type Answers = Pick<GuestMounts, 'notStarted' | 'notReady'>;

/** Paths with the reason for a failure; undefined: none. */
const questions: ReadonlyMap<string, (mounts: Answers) => Promise<string | undefined>> = new Map([
  ['/livez', async () => undefined],
  ['/started', async (mounts: Answers) => mounts.notStarted()],
  ['/readyz', (mounts: Answers) => mounts.notReady()],
]);

/** Serves the state of a guest's mounts over HTTP, for probes: `/started` succeeds once all volumes are mounted, `/readyz` while they
 *  are. Policies of confidential guests forbid probes that execute a program.
 *  @throws ConfigurationError naming the flag */
export function serveGuestHealth(address: string, mounts: Answers): Promise<HttpListener> {
  const server = createServer((request, response) => void answer(mounts, request.url ?? '', response));
  return listenHttp(server, 'health-address', address);
}

async function answer(mounts: Answers, url: string, response: ServerResponse): Promise<void> {
  const question = questions.get(url.split('?', 1)[0] ?? '');
  if (question === undefined) {
    response.writeHead(404).end(`the state is at ${[...questions.keys()].join(', ')}\n`);
    return;
  }
  const failure = await question(mounts);
  response.writeHead(failure === undefined ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(failure === undefined ? 'ok\n' : `${failure}\n`);
}
