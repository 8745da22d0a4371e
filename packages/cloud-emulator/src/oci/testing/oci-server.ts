import { createHash, sign, type KeyObject } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import type { LustreServer } from '../../world/lustre-registry.js';
import { SteppedWorld } from '../../world/testing/stepped-world.js';
import { OciCloud, type OciCloudOptions } from '../oci-cloud.js';
import { ociSeed } from '../seed.js';
import { fingerprintOf, seedUserKey } from '../seed-user-key.js';

export interface OciAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface OciRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Key of the signature; absent: that of the seed's user. */
  readonly key?: { readonly keyId: string; readonly privateKey: KeyObject };
  /** Changes the headers after they were signed. */
  readonly tamper?: (headers: Record<string, string>) => void;
}

export const userKey = {
  keyId: `${ociSeed.tenancyId}/${ociSeed.userId}/${fingerprintOf(seedUserKey())}`,
  privateKey: seedUserKey(),
};

/** An emulated OCI without a network, whose time passes when a spec says so; and a client that signs as the documentation
 *  of OCI says. */
export class OciServer {
  readonly published = new Map<string, LustreServer>();
  readonly world: SteppedWorld;
  readonly cloud: OciCloud;
  readonly #app: FastifyInstance = fastify();

  constructor(options: OciCloudOptions = {}) {
    const durations = { createSeconds: 10, deleteSeconds: 5, updateSeconds: 8, tokenSeconds: 300 };
    this.world = new SteppedWorld(durations, {
      publish: (server) => void this.published.set(server.id, server),
      withdraw: (id) => void this.published.delete(id),
    });
    this.cloud = new OciCloud(this.world, options);
    this.cloud.register(this.#app, this.#app);
  }

  /** Sends a request, signed. */
  async send({
    method = 'GET',
    path,
    body,
    headers = {},
    key = userKey,
    tamper,
  }: OciRequest): Promise<OciAnswer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const signed = {
      date: new Date(this.world.now()).toUTCString(),
      host: 'oci.lustre.test',
      ...(method === 'POST' || method === 'PUT'
        ? {
            'content-length': String(Buffer.byteLength(text)),
            'content-type': 'application/json',
            'x-content-sha256': createHash('sha256').update(text).digest('base64'),
          }
        : {}),
    };
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}`);
    const all = [`(request-target): ${method.toLowerCase()} ${path}`, ...lines].join('\n');
    const signature = sign('sha256', Buffer.from(all), key.privateKey).toString('base64');
    const sent: Record<string, string> = {
      ...headers,
      ...signed,
      authorization:
        `Signature version="1",keyId="${key.keyId}",algorithm="rsa-sha256",` +
        `headers="(request-target) ${Object.keys(signed).join(' ')}",signature="${signature}"`,
    };
    tamper?.(sent);
    return this.sendPlain({ method, path, headers: sent, text });
  }

  /** Sends a request as it is. */
  async sendPlain(request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly text?: string;
  }): Promise<OciAnswer> {
    const { method, path, headers, text = '' } = request;
    const reply = await this.#app.inject({
      method: method as 'GET',
      url: path,
      headers,
      ...(text === '' ? {} : { payload: text }),
    });
    const isJson = /^\s*[[{]/.test(reply.body);
    const body = (isJson ? JSON.parse(reply.body) : { text: reply.body }) as Record<string, unknown>;
    return { status: reply.statusCode, headers: reply.headers, body };
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }
}

export const fileSystemsPath = '/20250228/lustreFileSystems';

/** A file system that the emulated service accepts. */
export const validBody = (): Record<string, unknown> => ({
  compartmentId: ociSeed.compartmentIds[0],
  availabilityDomain: ociSeed.availabilityDomains[0],
  displayName: 'pvc-1',
  fileSystemName: 'pv123456',
  capacityInGBs: 31_200,
  subnetId: ociSeed.subnets[0].id,
  performanceTier: 'MBPS_PER_TB_125',
  rootSquashConfiguration: { identitySquash: 'NONE' },
  freeformTags: { team: 'research' },
});
