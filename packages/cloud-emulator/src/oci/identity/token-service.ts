import { createPublicKey, randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import { OciError, invalidParameter, notAuthenticated } from '../protocol/oci-error.js';
import { faultReply, headerOf, textOf } from '../protocol/oci-front.js';
import { BodyReader, parseBody } from '../protocol/request-body.js';
import type { OciSeed } from '../seed.js';
import type { InstanceCertificate } from './instance-certificate.js';
import type { Principals } from './principals.js';
import { checkSignature } from './request-signature.js';

/** Services that give session tokens: that of instances (`/v1/x509`), and that of pods in an enhanced OKE cluster. */
export class TokenService {
  constructor(
    private readonly world: World,
    private readonly seed: OciSeed,
    private readonly principals: Principals,
    private readonly certificate: () => Promise<InstanceCertificate>,
  ) {}

  /** Adds the routes. Bodies must arrive as text. */
  register(app: FastifyInstance): void {
    app.post('/v1/x509', async (request, reply) => {
      const certificate = await this.certificate();
      const effect = (): Reply => this.#forInstance(request, certificate);
      return answer(reply, await this.#serve('auth', 'GetFederationToken', effect));
    });
    app.post('/resourcePrincipalSessionTokens', async (request, reply) => {
      const effect = (): Reply => this.#forPod(request);
      return answer(reply, await this.#serve('okeproxymux', 'GetResourcePrincipalSessionToken', effect));
    });
  }

  #serve(service: string, operation: string, effect: () => Reply): ReturnType<typeof serveCall> {
    return serveCall(this.world, {
      cloud: 'oci',
      service,
      operation,
      requestId: randomUUID(),
      effect: () => attempt(effect),
      renderFault: faultReply,
    });
  }

  #forInstance(request: FastifyRequest, own: InstanceCertificate): Reply {
    const body = new BodyReader(parseBody(textOf(request)));
    const posted = new X509Certificate(pemOf('CERTIFICATE', body.required('certificate')));
    const keyId = `${this.seed.tenancyId}/fed-x509-sha256/${posted.fingerprint256}`;
    const isOwn = posted.fingerprint256 === own.fingerprint;
    const findKey = (given: string): KeyObject | undefined =>
      isOwn && given === keyId ? posted.publicKey : undefined;
    const signed = {
      method: request.method,
      target: request.raw.url ?? '/',
      header: headerOf(request),
      body: textOf(request),
    };
    checkSignature(signed, findKey, this.world.now(), ['(request-target)']);
    const publicKey = publicKeyOf(pemOf('PUBLIC KEY', body.required('publicKey')));
    const token = this.principals.issue(publicKey, { sub: this.seed.instance.id, ptype: 'instance' });
    return { status: 200, body: { token } };
  }

  /** The key comes with the frame of a PEM from some SDKs, and without it from others. Answers with a quoted base64 text, whose JSON has the token behind `ST$`. */
  #forPod(request: FastifyRequest): Reply {
    const subject = serviceAccountOf(request.headers.authorization, this.world.now());
    const { podKey } = parseBody(textOf(request));
    if (typeof podKey !== 'string') throw invalidParameter('podKey must be a public key');
    const key = publicKeyOf(podKey.includes('-----') ? podKey : pemOf('PUBLIC KEY', podKey));
    const token = this.principals.issue(key, { sub: subject, ptype: 'workload' });
    const answered = Buffer.from(JSON.stringify({ token: `ST$${token}` })).toString('base64');
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answered) };
  }
}

function attempt(effect: () => Reply): Reply {
  try {
    return effect();
  } catch (error) {
    if (error instanceof OciError) return error.toReply();
    throw error;
  }
}

/** Subject of a Kubernetes service account token. Every issuer is trusted; the time of the token is checked. */
function serviceAccountOf(authorization: string | undefined, now: number): string {
  const [, payload = ''] = (/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '').split('.');
  const claims = claimsIn(payload);
  const { sub, exp } = claims;
  if (typeof sub !== 'string' || !sub.startsWith('system:serviceaccount:'))
    throw notAuthenticated('The bearer token is not that of a Kubernetes service account.');
  if (typeof exp !== 'number' || exp * 1000 <= now) throw notAuthenticated('The bearer token has expired.');
  return sub;
}

function claimsIn(payload: string): Readonly<Record<string, unknown>> {
  try {
    return parseBody(Buffer.from(payload, 'base64url').toString());
  } catch {
    return {};
  }
}

const publicKeyOf = (pem: string): KeyObject => {
  try {
    return createPublicKey(pem);
  } catch {
    throw invalidParameter('the public key is not in PEM');
  }
};

/** PEM of a text that the SDKs send without its frame. */
const pemOf = (label: string, base64: string): string =>
  `-----BEGIN ${label}-----\n${base64.replace(/\s+/g, '')}\n-----END ${label}-----\n`;
