import { request as httpsRequest } from 'node:https';
import { StorageCacheManagementClient, type AmlFilesystem } from '@azure/arm-storagecache';
import { ClientSecretCredential } from '@azure/identity';
import { fastify, type FastifyInstance } from 'fastify';
import type { LustreServer } from '../../world/lustre-registry.js';
import type { Durations } from '../../world/world.js';
import { AzureCloud, type AzureCloudOptions } from '../azure-cloud.js';
import { makeCertificateAuthority } from '../identity/certificate-authority.js';
import { azureSeed } from '../seed.js';
import { HoldableWorld } from './holdable-world.js';

const { tenantId, subscriptionId, clients } = azureSeed;
const [{ clientId, clientSecret }] = clients;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
}

interface ClientOptions {
  readonly maxRetries?: number;
  readonly apiVersion?: string;
}

/** Made once for all servers of a spec: keys cost more time than most tests. */
let authority: ReturnType<typeof makeCertificateAuthority> | undefined;

/** An emulated Azure that listens on loopback, and real SDK clients for it. */
export class AzureServer {
  readonly published = new Map<string, LustreServer>();
  readonly world: HoldableWorld;
  readonly cloud: AzureCloud;
  #origin = '';

  private constructor(
    readonly caPem: string,
    private readonly app: FastifyInstance,
    durations: Partial<Durations>,
    options: AzureCloudOptions,
  ) {
    const fast: Durations = {
      createSeconds: 0.01,
      deleteSeconds: 0.01,
      updateSeconds: 0.01,
      tokenSeconds: 300,
    };
    const registry = {
      publish: (server: LustreServer) => void this.published.set(server.id, server),
      withdraw: (id: string) => void this.published.delete(id),
    };
    this.world = new HoldableWorld({ ...fast, ...durations }, registry);
    this.cloud = new AzureCloud(this.world, () => this.#origin, options);
    this.cloud.register(app);
  }

  static async start(
    durations: Partial<Durations> = {},
    options: AzureCloudOptions = {},
  ): Promise<AzureServer> {
    authority ??= makeCertificateAuthority();
    const { caPem, certificate } = await authority;
    const app = fastify({
      https: { key: certificate.keyPem, cert: certificate.certPem },
      forceCloseConnections: true,
      routerOptions: { caseSensitive: false },
    }) as unknown as FastifyInstance;
    const server = new AzureServer(caPem, app, durations, options);
    server.#origin = await app.listen({ host: '127.0.0.1', port: 0 });
    return server;
  }

  async stop(): Promise<void> {
    this.world.stop();
    await this.app.close();
  }

  get origin(): string {
    return this.#origin;
  }

  credential(secret: string = clientSecret): ClientSecretCredential {
    return new ClientSecretCredential(tenantId, clientId, secret, {
      authorityHost: this.#origin,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: this.caPem },
      retryOptions: { maxRetries: 0 },
    });
  }

  client({ maxRetries, apiVersion }: ClientOptions = {}): StorageCacheManagementClient {
    return new StorageCacheManagementClient(this.credential(), subscriptionId, {
      endpoint: this.#origin,
      $host: this.#origin,
      tlsOptions: { ca: this.caPem },
      ...(maxRetries === undefined ? {} : { retryOptions: { maxRetries } }),
      ...(apiVersion === undefined ? {} : { apiVersion }),
    });
  }

  async token(): Promise<string> {
    return (await this.credential().getToken(`${this.#origin}/.default`)).token;
  }

  /** One plain HTTPS request, to see what an SDK hides. */
  async request(
    method: string,
    path: string,
    { token, body, type }: { token?: string; body?: unknown; type?: string } = {},
  ): Promise<HttpAnswer> {
    const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined
        ? {}
        : { 'content-type': type ?? 'application/json', 'content-length': Buffer.byteLength(payload) }),
    };
    const url = new URL(path, this.#origin);
    return new Promise((resolve, reject) => {
      const call = httpsRequest(url, { method, headers, ca: this.caPem, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
        });
      });
      call.on('error', reject);
      call.end(payload);
    });
  }

  /** Number of calls of an operation in the journal. */
  calls(operation: string): number {
    return this.world.journal.entries().filter((entry) => entry.operation === operation).length;
  }
}

const inResourceGroup = `/subscriptions/${subscriptionId}/resourceGroups/lustre-rg/providers`;

export const subnetId = (name = 'lustre-subnet', network = 'lustre-vnet'): string =>
  `${inResourceGroup}/Microsoft.Network/virtualNetworks/${network}/subnets/${name}`;

export const fileSystemPath = (name: string, resourceGroup = 'lustre-rg'): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.StorageCache/amlFilesystems/${name}`;

/** A file system that the emulated service accepts. */
export const validFileSystem = (): AmlFilesystem => ({
  location: 'eastus',
  sku: { name: 'AMLFS-Durable-Premium-250' },
  zones: ['1'],
  storageCapacityTiB: 16,
  filesystemSubnet: subnetId(),
  maintenanceWindow: { dayOfWeek: 'Friday', timeOfDayUTC: '22:00' },
  tags: { Dept: 'ContosoAds' },
});

/** Body of the request that creates {@link validFileSystem}. */
export const validBody = (): Record<string, unknown> => {
  const { storageCapacityTiB, filesystemSubnet, maintenanceWindow, ...root } = validFileSystem();
  return { ...root, properties: { storageCapacityTiB, filesystemSubnet, maintenanceWindow } };
};
