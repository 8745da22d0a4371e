import type { FastifyInstance } from 'fastify';
import type { World } from '../world/world.js';
import { AccessTokens } from './identity/access-tokens.js';
import { MetadataServer } from './identity/metadata-server.js';
import { TokenExchange } from './identity/token-exchange.js';
import { DataTransfers } from './instances/data-transfers.js';
import { instanceRoutes } from './instances/instance-routes.js';
import { renderInstance, type InstanceState } from './instances/instance.js';
import { Instances } from './instances/instances.js';
import { locationRoutes } from './locations/location-routes.js';
import { operationRoutes } from './operations/operation-routes.js';
import { Operations, renderOperation, type Operation } from './operations/operations.js';
import { GoogleFront } from './protocol/google-front.js';
import { RequestIds } from './protocol/request-ids.js';
import { googleSeed, type GoogleSeed } from './seed.js';

/** Options in which two emulated projects can differ. */
export interface GoogleCloudOptions {
  readonly seed?: GoogleSeed;
  /** Instances that a zone may have. Default 200, so that load tests run; new real projects have 20. */
  readonly instanceQuota?: number;
  /** Items of a list page. Default 5. */
  readonly pageSize?: number;
  /** Lifetime of access tokens. Default 3599. */
  readonly tokenSeconds?: number;
  /** Zones that a listing of all zones reports as unreachable. Default none. */
  readonly unreachable?: readonly string[];
}

/** Google Cloud Managed Lustre (lustre.googleapis.com, v1) for one project, the metadata server of a machine, and the
 *  token exchange of workload identity federation. */
export class GoogleCloud {
  readonly #seed: GoogleSeed;
  readonly #operations: Operations;
  readonly #instances: Instances;
  readonly #fronts: readonly { register(app: FastifyInstance): void }[];

  constructor(world: World, options: GoogleCloudOptions = {}) {
    const { seed = googleSeed, instanceQuota: quota = 200, pageSize = 5, unreachable = [] } = options;
    this.#seed = seed;
    this.#operations = new Operations(world, seed.projectId);
    this.#instances = new Instances(world, this.#operations, { seed, quota });
    this.#beginForeignOperation();
    const transfers = new DataTransfers(world, this.#instances, this.#operations);
    const requestIds = new RequestIds<Operation>(world.now);
    const routes = [
      ...instanceRoutes({ instances: this.#instances, transfers, requestIds, pageSize, unreachable }),
      ...operationRoutes(this.#operations, pageSize),
      ...locationRoutes(seed, pageSize),
    ];
    const tokens = new AccessTokens(world.now, options.tokenSeconds ?? 3599);
    this.#fronts = [
      new GoogleFront(world, seed, tokens, routes),
      new MetadataServer(world, seed, tokens),
      new TokenExchange(world, seed, tokens),
    ];
  }

  register(app: FastifyInstance): void {
    void app.register(async (scope) => {
      // The front end words its own errors of unreadable bodies, so that bodies reach it as text.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
      for (const front of this.#fronts) front.register(scope);
    });
  }

  /** Changes the state of an instance, as maintenance, a fault or a lost key does. For tests.
   *  @param name `projects/P/locations/Z/instances/I` */
  setState(name: string, state: InstanceState, reason?: string): void {
    this.#instances.setState(name, state, reason);
  }

  /** Inventory of the project, for leak checks: instances as the API shows them, and operations. */
  state(): unknown {
    return {
      projectId: this.#seed.projectId,
      fileSystems: this.#instances.list().map(renderInstance),
      operations: this.#operations
        .list()
        .filter(({ apiVersion }) => apiVersion === 'v1')
        .map(renderOperation),
    };
  }

  /** Operation of another API version, whose metadata clients of v1 cannot read: lists without a filter show it. */
  #beginForeignOperation(): void {
    const location = this.#seed.machineZone;
    const target = `projects/${this.#seed.projectId}/locations/${location}/instances/of-another-version`;
    const metadata = (): object => ({
      '@type': 'type.googleapis.com/google.cloud.lustre.v1alpha.OperationMetadata',
    });
    this.#operations.begin({ location, target, apiVersion: 'v1alpha', metadata });
  }
}
