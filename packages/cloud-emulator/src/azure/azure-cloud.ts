import type { FastifyInstance } from 'fastify';
import type { World } from '../world/world.js';
import { ArmFront } from './arm/arm-front.js';
import { AscOperations, renderOperation } from './arm/asc-operations.js';
import { LongRunning } from './arm/long-running.js';
import { Pager } from './arm/pager.js';
import { RateLimits } from './arm/rate-limits.js';
import { fileSystemRoutes } from './file-systems/file-system-routes.js';
import { renderFileSystem } from './file-systems/file-system.js';
import { FileSystems } from './file-systems/file-systems.js';
import { Entra } from './identity/entra.js';
import { ManagedIdentity } from './identity/managed-identity.js';
import { TokenStore } from './identity/token-store.js';
import { archiveRoutes } from './jobs/archive-routes.js';
import { Archives } from './jobs/archives.js';
import { blobJobKinds } from './jobs/blob-job-kind.js';
import { blobJobRoutes } from './jobs/blob-job-routes.js';
import { BlobJobs } from './jobs/blob-jobs.js';
import { expansionJobRoutes } from './jobs/expansion-job-routes.js';
import { ExpansionJobs } from './jobs/expansion-jobs.js';
import { VirtualNetworks } from './network/virtual-networks.js';
import { azureSeed, type AzureSeed } from './seed.js';
import { providerOperationsRoute } from './subscriptions/provider-operations.js';
import { subscriptionRoutes } from './subscriptions/subscription-routes.js';
import { tagRoutes } from './tags/tag-routes.js';

/** Options in which two emulated Azures can differ. */
export interface AzureCloudOptions {
  readonly seed?: AzureSeed;
  /** File systems that the subscription may have. Default 200, so that load tests run; new real subscriptions have 4. */
  readonly fileSystemQuota?: number;
  /** Items of a list page. Default 5. */
  readonly pageSize?: number;
  /** Refuses calls with 429 where a token bucket of ARM is empty. Default false: they are only reported in headers. */
  readonly enforceRateLimits?: boolean;
  /** Retry-After of long-running operations, in whole seconds; `none`: no such header. Default 1 where creation takes a
   * second or longer, otherwise none: an SDK waits no less than the header says, however short its own interval. */
  readonly retryAfterSeconds?: number | 'none';
  /** Lifetime of access tokens. Default 3599. */
  readonly tokenSeconds?: number;
  /** The Lustre fsname of all file systems. Default `lustrefs`, as the service has it. */
  readonly fsname?: string;
  /**
   * State that provisioningState shows after a PATCH that Azure could not carry out: the service does not document
   * it. Default `Failed`.
   */
  readonly failedUpdateState?: 'Failed' | 'Succeeded';
  /**
   * Answers a change of single tags (`Microsoft.Resources/tags`) with 202, and takes `updateSeconds`. Default
   * false: 200, after the change.
   */
  readonly slowTags?: boolean;
}

const defaults = {
  seed: azureSeed as AzureSeed,
  fileSystemQuota: 200,
  pageSize: 5,
  enforceRateLimits: false,
  tokenSeconds: 3599,
  fsname: 'lustrefs',
  failedUpdateState: 'Failed',
  slowTags: false,
} as const;

const newestApiVersion = '2026-08-01';

/** Azure Resource Manager with Microsoft.StorageCache (Azure Managed Lustre) and subnet usages, and the Entra ID
 * endpoints that give tokens for it. */
export class AzureCloud {
  readonly #seed: AzureSeed;
  readonly #operations: AscOperations;
  readonly #networks: VirtualNetworks;
  readonly #fileSystems: FileSystems;
  readonly #expansionJobs: ExpansionJobs;
  readonly #blobJobs: readonly BlobJobs[];
  readonly #fronts: readonly { register(app: FastifyInstance): void }[];
  readonly #identity: ManagedIdentity;

  /** @param origin this server's own https origin, known once it listens */
  constructor(world: World, origin: () => string, options: AzureCloudOptions = {}) {
    const settings = { ...defaults, ...options };
    const { seed, fileSystemQuota: quota, fsname, failedUpdateState } = settings;
    const { subscriptionId, location } = seed;
    this.#seed = seed;
    this.#operations = new AscOperations(subscriptionId, world);
    this.#networks = new VirtualNetworks(seed);
    const rules = { subscriptionId, quota, fsname, failedUpdateState };
    this.#fileSystems = new FileSystems(world, this.#networks, this.#operations, rules);
    this.#expansionJobs = new ExpansionJobs(world, this.#networks, this.#operations, this.#fileSystems);
    this.#blobJobs = blobJobKinds.map(
      (kind) => new BlobJobs(kind, world, this.#operations, this.#fileSystems),
    );
    const longRunning = new LongRunning(origin, retryAfter(world, options));
    const services = {
      fileSystems: this.#fileSystems,
      longRunning,
      pager: new Pager(origin, settings.pageSize),
    };
    const routes = [
      providerOperationsRoute,
      ...fileSystemRoutes(services),
      ...tagRoutes(this.#fileSystems, longRunning, settings.slowTags),
      ...expansionJobRoutes(this.#expansionJobs, services),
      ...this.#blobJobs.flatMap((jobs) => blobJobRoutes(jobs, services)),
      ...archiveRoutes(new Archives(world, this.#fileSystems), this.#fileSystems),
      ...subscriptionRoutes({
        ...services,
        networks: this.#networks,
        operations: this.#operations,
        location,
      }),
    ];
    const tokens = new TokenStore(world.now, origin, seed.tenantId, settings.tokenSeconds);
    const limits = new RateLimits(world.now, settings.enforceRateLimits);
    const entra = new Entra(world, origin, seed, tokens);
    this.#fronts = [new ArmFront(world, origin, seed, tokens, limits, routes), entra];
    this.#identity = new ManagedIdentity(world, seed.identities ?? [], tokens);
  }

  /**
   * Adds the routes of ARM and Entra ID. The app should match paths in any case (`caseSensitive: false`).
   * @param plain app without TLS, to which the instance metadata service is added
   */
  register(app: FastifyInstance, plain?: FastifyInstance): void {
    if (plain) this.#identity.register(plain);
    void app.register(async (scope) => {
      // Both front ends word their own errors of unreadable bodies, so that bodies reach them as text.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
      for (const front of this.#fronts) front.register(scope);
    });
  }

  /** Inventory of the subscription, for leak checks: file systems as ARM shows them, operations, addresses in use. */
  state(): unknown {
    const { tenantId, subscriptionId, resourceGroups } = this.#seed;
    return {
      tenantId,
      subscriptionId,
      resourceGroups,
      fileSystems: this.#fileSystems.list().map((item) => renderFileSystem(item, newestApiVersion)),
      expansionJobs: this.#expansionJobs.list().map((job) => this.#expansionJobs.render(job)),
      ...Object.fromEntries(
        this.#blobJobs.map((jobs) => [jobs.type, jobs.list().map((job) => jobs.render(job))]),
      ),
      operations: this.#operations
        .list()
        .map((operation) => ({ ...renderOperation(operation), resourceId: operation.resourceId })),
      subnets: this.#networks.state(),
    };
  }
}

function retryAfter(world: World, { retryAfterSeconds }: AzureCloudOptions): number | undefined {
  if (retryAfterSeconds === 'none') return undefined;
  return retryAfterSeconds ?? (world.durations.createSeconds >= 1 ? 1 : undefined);
}
