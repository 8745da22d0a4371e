import type { FastifyInstance } from 'fastify';
import type { World } from '../world/world.js';
import { renderFileSystem } from './file-systems/file-system.js';
import { fileSystemRoutes } from './file-systems/file-system-routes.js';
import { OciFileSystems } from './file-systems/file-systems.js';
import { availabilityDomainRoute } from './identity/availability-domains.js';
import { makeInstanceCertificate, type InstanceCertificate } from './identity/instance-certificate.js';
import { OciInstanceMetadata } from './identity/instance-metadata.js';
import { Principals } from './identity/principals.js';
import { TokenService } from './identity/token-service.js';
import { OciFront } from './protocol/oci-front.js';
import { RetryTokens } from './protocol/retry-tokens.js';
import { ociSeed, type OciSeed } from './seed.js';
import { workRequestRoutes } from './work-requests/work-request-routes.js';
import { WorkRequests } from './work-requests/work-requests.js';

/** Options in which two emulated tenancies can differ; every option has a default. */
export interface OciCloudOptions {
  readonly seed?: OciSeed;
  /** File systems that the tenancy may have. Default 200, so that load tests run. */
  readonly fileSystemLimit?: number;
  /** Items of a list page. Default 5. */
  readonly pageSize?: number;
  /** Seconds for which a deleted file system is still shown as DELETED. Default: the duration of a deletion. */
  readonly deletedSeconds?: number;
  /** Seconds for which session tokens are valid. Default 1200. */
  readonly sessionSeconds?: number;
  /** Shows the address of the MGS while the file system is being created. The service does not document it. Default false. */
  readonly showsAddressEarly?: boolean;
  /** Rejects the retry token of a file system that was deleted, as the service may; otherwise it is forgotten. Default false. */
  readonly rejectsOldTokens?: boolean;
}

/** OCI File Storage with Lustre in one region of one tenancy, with the parts of Identity that its users need, the metadata
 *  of one instance, and the services that give it and pods their tokens. */
export class OciCloud {
  readonly #fileSystems: OciFileSystems;
  readonly #works: WorkRequests;
  readonly #front: OciFront;
  readonly #metadata: OciInstanceMetadata;
  readonly #tokens: TokenService;
  readonly #seed: OciSeed;

  constructor(world: World, options: OciCloudOptions = {}) {
    const { seed = ociSeed, fileSystemLimit: limit = 200, pageSize = 5 } = options;
    const { deletedSeconds = world.durations.deleteSeconds, showsAddressEarly = false } = options;
    const { rejectsOldTokens = false } = options;
    this.#seed = seed;
    this.#works = new WorkRequests(world, seed.regionKey);
    this.#fileSystems = new OciFileSystems(world, this.#works, { seed, limit, deletedSeconds });
    const principals = new Principals(seed, world.now, options.sessionSeconds);
    const { compartmentIds } = seed;
    const isShown = (id: string): boolean => {
      const found = this.#fileSystems.find(id);
      return found !== undefined && found.lifecycleState !== 'DELETED';
    };
    this.#front = new OciFront(world, principals, [
      availabilityDomainRoute(seed),
      ...fileSystemRoutes({
        ...{ fileSystems: this.#fileSystems, compartmentIds, pageSize, showsAddress: showsAddressEarly },
        tokens: new RetryTokens(world.now, isShown, rejectsOldTokens),
      }),
      ...workRequestRoutes({ works: this.#works, compartmentIds, pageSize }),
    ]);
    let made: Promise<InstanceCertificate> | undefined;
    const certificate = (): Promise<InstanceCertificate> => (made ??= makeInstanceCertificate(seed));
    this.#metadata = new OciInstanceMetadata(world, seed, certificate);
    this.#tokens = new TokenService(world, seed, principals, certificate);
  }

  /** Adds the routes.
   *  @param plain app without TLS, to which the instance metadata service is added */
  register(app: FastifyInstance, plain: FastifyInstance): void {
    this.#metadata.register(plain);
    void app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
      this.#front.register(scope);
      this.#tokens.register(scope);
    });
  }

  /** Inventory of the tenancy, for leak checks. Deleted file systems that are still shown are left out. */
  state(): unknown {
    const { region, tenancyId } = this.#seed;
    const live = this.#fileSystems.list().filter(({ lifecycleState }) => lifecycleState !== 'DELETED');
    return {
      region,
      tenancyId,
      fileSystems: live.map((each) => renderFileSystem(each, true)),
      workRequests: this.#works.list().map((work) => this.#works.render(work)),
    };
  }
}
