import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { Seed } from '../seed.js';
import { assumedRole, type IssuedCredentials } from './role-credentials.js';
import { readServiceAccountToken } from './service-account-token.js';

/** Audience that a token must have (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html). */
const audience = 'pods.eks.amazonaws.com';

/** The agent of EKS Pod Identity on a node: credentials of the role that is associated with a pod's service account, for
 *  that account's token. */
export class PodIdentityAgent {
  constructor(
    private readonly world: World,
    private readonly seed: Seed,
    private readonly credentials: IssuedCredentials,
  ) {}

  register(app: FastifyInstance): void {
    app.get('/v1/credentials', async ({ headers }, reply) => {
      const served = serveCall(this.world, {
        cloud: 'aws',
        service: 'pod-identity',
        operation: 'GetCredentials',
        requestId: randomUUID(),
        effect: () => this.#give(headers.authorization ?? ''),
        renderFault: ({ kind, status }) => refusal(status ?? (kind === 'throttle' ? 429 : 500), 'fault'),
      });
      return answer(reply, await served);
    });
  }

  #give(token: string): Reply {
    const read = readServiceAccountToken(token, audience, this.world.now());
    if (typeof read === 'string') return refusal(400, `InvalidTokenException: ${read}`);
    const { accountId, serviceAccountRole } = this.seed;
    const session = `eks-${read.subject.replaceAll(':', '-')}`;
    const principal = assumedRole(accountId, serviceAccountRole, session);
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = this.credentials.current(principal);
    return {
      status: 200,
      body: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
        Expiration: new Date(expiresAt).toISOString(),
      },
    };
  }
}

const refusal = (status: number, message: string): Reply => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: message,
  errorCode: message.replace(/:.*/, ''),
});
