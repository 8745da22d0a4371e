import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { Seed } from '../seed.js';
import { metadataOf, readMetadata } from './metadata-tree.js';
import { assumedRole, type IssuedCredentials } from './role-credentials.js';

const mostTokenSeconds = 21600;
const root = '/latest/';
const tokenPath = `${root}api/token`;

/**
 * Instance metadata service of EC2, version 2: the caller gets a token first, and sends it with every request
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html). Version 1,
 * without a token, is answered with 401.
 */
export class InstanceMetadata {
  /** Expiry of each token, in milliseconds since the epoch. */
  readonly #tokens = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly seed: Seed,
    private readonly credentials: IssuedCredentials,
  ) {}

  register(app: FastifyInstance): void {
    app.put(tokenPath, async (request, reply) =>
      answer(reply, await this.#serve('PutToken', () => this.#issue(request))),
    );
    app.get(`${root}*`, async (request, reply) =>
      answer(reply, await this.#serve('GetMetadata', () => this.#read(request), pathOf(request))),
    );
  }

  #serve(operation: string, effect: () => Reply, resource?: string): ReturnType<typeof serveCall> {
    return serveCall(this.world, {
      cloud: 'aws',
      service: 'imds',
      operation,
      ...(resource === undefined ? {} : { resource }),
      requestId: randomUUID(),
      effect,
      renderFault: ({ kind, status }) => refusal(status ?? (kind === 'throttle' ? 429 : 503)),
    });
  }

  #issue({ headers }: FastifyRequest): Reply {
    // A request that came through a proxy is not the instance's own.
    if (headers['x-forwarded-for'] !== undefined) return refusal(403);
    const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > mostTokenSeconds) return refusal(400);
    const token = randomBytes(42).toString('base64');
    this.#tokens.set(token, this.world.now() + seconds * 1000);
    return text(token, { 'x-aws-ec2-metadata-token-ttl-seconds': String(seconds) });
  }

  #read(request: FastifyRequest): Reply {
    const token = request.headers['x-aws-ec2-metadata-token'];
    const expiresAt = typeof token === 'string' ? this.#tokens.get(token) : undefined;
    if (expiresAt === undefined || expiresAt <= this.world.now()) return refusal(401);
    const { accountId, instance } = this.seed;
    const ofRole = this.credentials.current(assumedRole(accountId, instance.roleName, instance.instanceId));
    const found = readMetadata(metadataOf(this.seed, this.world.now(), ofRole), pathOf(request));
    return found === undefined ? refusal(404) : text(found);
  }
}

const pathOf = ({ url }: FastifyRequest): string => url.replace(/\?.*/, '').slice(root.length);

const text = (body: string, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/plain', ...headers },
  body,
});

const refusal = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: '',
  errorCode: String(status),
});
