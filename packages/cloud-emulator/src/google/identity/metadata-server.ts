import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { GoogleSeed } from '../seed.js';
import type { AccessTokens } from './access-tokens.js';

const root = '/computeMetadata/v1/';

/** Metadata server of a Compute Engine machine, as GKE's Workload Identity Federation emulates it in pods: tokens of the
 *  service account, project and zone (https://cloud.google.com/compute/docs/metadata/overview). */
export class MetadataServer {
  constructor(
    private readonly world: World,
    private readonly seed: GoogleSeed,
    private readonly tokens: AccessTokens,
  ) {}

  register(app: FastifyInstance): void {
    for (const url of ['/computeMetadata/v1', `${root}*`]) {
      app.get(url, async (request, reply) => answer(reply, await this.#serve(request)));
    }
  }

  #serve(request: FastifyRequest): ReturnType<typeof serveCall> {
    const path = pathOf(request);
    return serveCall(this.world, {
      cloud: 'google',
      service: 'metadata',
      operation: /\/token$/.test(path) ? 'GetToken' : 'GetMetadata',
      resource: path,
      requestId: randomUUID(),
      effect: () => this.#read(request.headers['metadata-flavor'], path),
      renderFault: ({ kind, status }) => refusal(status ?? (kind === 'throttle' ? 429 : 503)),
    });
  }

  #read(flavor: unknown, path: string): Reply {
    // Only a program on the machine sends the header: a tricked browser or proxy cannot.
    if (flavor !== 'Google') return refusal(403);
    const { serviceAccount, projectId, projectNumber, machineZone } = this.seed;
    const account = `instance/service-accounts/${serviceAccount}`;
    const normalized = path.replace(/^instance\/service-accounts\/default/, account);
    if (normalized === `${account}/token`) return this.#token();
    const values = new Map([
      ['', 'instance/\nproject/\n'],
      ['instance', 'service-accounts/\nzone\n'],
      [`${account}/email`, serviceAccount],
      ['instance/zone', `projects/${projectNumber}/zones/${machineZone}`],
      ['project/project-id', projectId],
      ['project/numeric-project-id', projectNumber],
      ['universe/universe-domain', 'googleapis.com'],
    ]);
    const value = values.get(normalized);
    return value === undefined ? refusal(404) : reply(value, 'application/text');
  }

  #token(): Reply {
    const body = {
      access_token: this.tokens.issue(),
      expires_in: this.tokens.seconds,
      token_type: 'Bearer',
    };
    return reply(JSON.stringify(body), 'application/json');
  }
}

const pathOf = ({ url }: FastifyRequest): string =>
  url.replace(/\?.*/, '').slice(root.length).replace(/\/$/, '');

const reply = (body: string, type: string): Reply => ({
  status: 200,
  headers: { 'content-type': type, 'Metadata-Flavor': 'Google' },
  body,
});

const refusal = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'text/html', 'Metadata-Flavor': 'Google' },
  body: `<title>Error ${status}</title>`,
});
