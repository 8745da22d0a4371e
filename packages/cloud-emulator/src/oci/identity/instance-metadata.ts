import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../../world/http-answer.js';
import { serveCall, type Reply } from '../../world/serve-call.js';
import type { World } from '../../world/world.js';
import type { OciSeed } from '../seed.js';
import type { InstanceCertificate } from './instance-certificate.js';

const root = '/opc/v2/';

/**
 * Instance metadata service, version 2 (https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm): region and
 * compartment of the instance, and the certificate with which it requests tokens. Plain HTTP, as on the machine itself.
 */
export class OciInstanceMetadata {
  constructor(
    private readonly world: World,
    private readonly seed: OciSeed,
    private readonly certificate: () => Promise<InstanceCertificate>,
  ) {}

  register(app: FastifyInstance): void {
    app.get(`${root}*`, async (request, reply) => {
      const path = pathOf(request);
      // An effect is synchronous: the certificate is made before it.
      const certificate = path.startsWith('identity/') ? await this.certificate() : undefined;
      const outcome = await serveCall(this.world, {
        cloud: 'oci',
        service: 'imds',
        operation: 'GetMetadata',
        resource: path,
        requestId: randomUUID(),
        effect: () => this.#read(request, path, certificate),
        renderFault: ({ kind, status }) => refusal(status ?? (kind === 'throttle' ? 429 : 503)),
      });
      return answer(reply, outcome);
    });
  }

  #read({ headers }: FastifyRequest, path: string, certificate: InstanceCertificate | undefined): Reply {
    // Only a program on the machine sends the header: a tricked browser or proxy cannot.
    if (headers.authorization !== 'Bearer Oracle' || headers['x-forwarded-for'] !== undefined)
      return refusal(404);
    const found = certificate ? pemsOf(certificate).get(path) : this.#documents.get(path);
    return found === undefined ? refusal(404) : { status: 200, body: found };
  }

  get #documents(): ReadonlyMap<string, unknown> {
    const { region, regionKey, realmDomain, instance, availabilityDomains, tenancyId } = this.seed;
    const regionInfo = {
      realmKey: 'oc1',
      realmDomainComponent: realmDomain,
      regionKey: regionKey.toUpperCase(),
      regionIdentifier: region,
    };
    const about = {
      id: instance.id,
      compartmentId: instance.compartmentId,
      tenantId: tenancyId,
      availabilityDomain: availabilityDomains[0],
      region: regionKey,
      canonicalRegionName: region,
      regionInfo,
    };
    return new Map<string, unknown>([
      ['instance/', about],
      ['instance/region', regionKey],
      ['instance/regionInfo', regionInfo],
      ['instance/regionInfo/', regionInfo],
    ]);
  }
}

const pemsOf = ({ certPem, keyPem, intermediatePem }: InstanceCertificate): ReadonlyMap<string, string> =>
  new Map([
    ['identity/cert.pem', certPem],
    ['identity/key.pem', keyPem],
    ['identity/intermediate.pem', intermediatePem],
  ]);

const pathOf = ({ url }: FastifyRequest): string => url.replace(/\?.*/, '').slice(root.length);

const refusal = (status: number): Reply => ({ status, body: { code: String(status), message: 'Not found' } });
