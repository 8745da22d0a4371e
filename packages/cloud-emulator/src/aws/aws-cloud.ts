import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../world/http-answer.js';
import { serveCall, type Call } from '../world/serve-call.js';
import type { World } from '../world/world.js';
import { BackupApi } from './backups/backup-api.js';
import { InstanceMetadata } from './credentials/instance-metadata.js';
import { PodIdentityAgent } from './credentials/pod-identity-agent.js';
import { IssuedCredentials } from './credentials/role-credentials.js';
import { SecurityTokenService } from './credentials/security-token-service.js';
import { AssociationApi } from './data-repositories/association-api.js';
import { TaskApi } from './data-repositories/task-api.js';
import { ec2Operations, type Ec2Operation } from './ec2/ec2-operations.js';
import { VpcNetwork } from './ec2/vpc-network.js';
import { FileSystemApi } from './file-systems/file-system-api.js';
import { FsxAccount, type FsxOperations, type FsxOptions } from './fsx-account.js';
import { awsCall } from './protocol/aws-call.js';
import { AwsError } from './protocol/aws-error.js';
import { ec2Protocol, ec2Reply, ec2SignatureError, ec2Version } from './protocol/ec2-protocol.js';
import {
  fsxBody,
  fsxProtocol,
  fsxReply,
  fsxResource,
  fsxSignatureError,
  fsxTarget,
} from './protocol/fsx-protocol.js';
import { QueryRequest } from './protocol/query-request.js';
import { stsProtocol, stsReply, stsVersion } from './protocol/sts-protocol.js';
import type { XmlValue } from './protocol/xml.js';
import { listServiceQuotas, quotasTarget } from './quotas/service-quotas.js';
import { seed } from './seed.js';
import { TagApi } from './tags/tag-api.js';

export const defaultFsxOptions: FsxOptions = { coolDownSeconds: 21600, pageSize: 5 };

/** Behaviour of the account; every option has a default. */
export interface AwsCloudOptions extends Partial<FsxOptions> {
  /** Seconds for which credentials of roles are valid (3600). */
  readonly credentialSeconds?: number;
}

/**
 * Amazon FSx for Lustre, with the parts of EC2, STS and Service Quotas that its users need, for one account in one region; see
 * seed.ts for what is there at the start. All services answer `POST /`: FSx calls carry X-Amz-Target, the others
 * are forms that name their API's version. Below `/latest/` is the metadata of one instance, at `/v1/credentials`
 * the agent of EKS Pod Identity.
 */
export class AwsCloud {
  readonly #network = new VpcNetwork(seed);
  readonly #account: FsxAccount;
  readonly #fsx: FsxOperations;
  readonly #quotas: FsxOperations;
  readonly #ec2: ReadonlyMap<string, Ec2Operation>;
  readonly #sts: SecurityTokenService;
  readonly #credentials: IssuedCredentials;
  readonly #agents: readonly { register(app: FastifyInstance): void }[];

  constructor(
    private readonly world: World,
    options: AwsCloudOptions = {},
  ) {
    this.#account = new FsxAccount(world, seed, this.#network, { ...defaultFsxOptions, ...options });
    const apis = [FileSystemApi, BackupApi, AssociationApi, TaskApi, TagApi].map(
      (Api) => new Api(this.#account),
    );
    this.#fsx = new Map(apis.flatMap((api) => [...api.operations]));
    this.#quotas = new Map([['ListServiceQuotas', (body) => listServiceQuotas(this.#account, body)]]);
    this.#ec2 = ec2Operations(seed, this.#network);
    this.#credentials = new IssuedCredentials(world.now, options.credentialSeconds);
    this.#sts = new SecurityTokenService(seed, this.#credentials, world.now);
    this.#agents = [
      new InstanceMetadata(world, seed, this.#credentials),
      new PodIdentityAgent(world, seed, this.#credentials),
    ];
  }

  register(app: FastifyInstance): void {
    void app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
      for (const agent of this.#agents) agent.register(scope);
      scope.post('/', async (request, reply) =>
        answer(reply, await serveCall(this.world, this.#call(request))),
      );
    });
  }

  /** Inventory of the account. An account at rest has no file systems, backups or network interfaces. */
  state(): unknown {
    return {
      region: seed.region,
      accountId: seed.accountId,
      fileSystems: this.#account.fileSystems.all().map((each) => ({
        ...structuredClone(each.wire),
        SecurityGroupIds: each.securityGroupIds,
        ClientRequestToken: each.clientRequestToken,
        MgsAddress: each.mgsAddress,
      })),
      backups: this.#account.backups.all().map(({ wire }) => structuredClone(wire)),
      dataRepositoryAssociations: this.#account.associations.all().map(({ wire }) => structuredClone(wire)),
      dataRepositoryTasks: this.#account.tasks.all().map(({ wire }) => structuredClone(wire)),
      networkInterfaces: this.#network.interfaces().map(({ subnet, ...each }) => ({
        ...each,
        subnetId: subnet.subnetId,
      })),
    };
  }

  #call(request: FastifyRequest): Call {
    const body = typeof request.body === 'string' ? request.body : '';
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    const target = request.headers['x-amz-target'];
    if (typeof target !== 'string' && isForm) return this.#queryCall(request, new QueryRequest(body));
    return this.#fsxCall(request, typeof target === 'string' ? target : '', body);
  }

  #fsxCall({ headers }: FastifyRequest, target: string, body: string): Call {
    const operation = target.slice(target.indexOf('.') + 1) || 'Unknown';
    const resource = fsxResource(body);
    const isQuotas = target.startsWith(quotasTarget);
    const call = awsCall(fsxProtocol, operation, (requestId) => {
      const fault = this.#credentials.signatureFault(
        headers,
        seed.region,
        isQuotas ? 'servicequotas' : 'fsx',
      );
      if (fault) throw fsxSignatureError(fault, seed.region);
      const run = isQuotas ? this.#quotas.get(operation) : this.#fsxOperation(target, operation);
      if (!run) throw new AwsError('UnknownOperationException', `Unknown operation: ${target}`);
      return fsxReply(requestId, run(fsxBody(body)));
    });
    return resource === undefined ? call : { ...call, resource };
  }

  #fsxOperation(target: string, operation: string): ((body: unknown) => object) | undefined {
    return target.startsWith(fsxTarget) ? this.#fsx.get(operation) : undefined;
  }

  #queryCall({ headers }: FastifyRequest, query: QueryRequest): Call {
    const operation = query.get('Action') ?? 'Unknown';
    if (query.get('Version') === stsVersion)
      return awsCall(stsProtocol, operation, (requestId) =>
        stsReply(requestId, operation, this.#sts.run(operation, query, headers)),
      );
    return awsCall(ec2Protocol, operation, (requestId) => {
      const fault = this.#credentials.signatureFault(headers, seed.region, 'ec2');
      if (fault) throw ec2SignatureError(fault);
      return ec2Reply(requestId, operation, this.#runEc2(operation, query));
    });
  }

  #runEc2(operation: string, query: QueryRequest): Record<string, XmlValue> {
    const version = query.get('Version');
    if (version !== ec2Version)
      throw new AwsError(
        'NoSuchVersion',
        `The requested version (${version ?? ''}) of service AmazonEC2 does not exist`,
      );
    const run = this.#ec2.get(operation);
    if (!run)
      throw new AwsError('InvalidAction', `The action ${operation} is not valid for this web service.`);
    return run(query);
  }
}
