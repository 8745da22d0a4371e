import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../world/http-answer.js';
import { serveCall, type Call, type Reply } from '../world/serve-call.js';
import type { World } from '../world/world.js';
import { BackupApi } from './backups/backup-api.js';
import { InstanceMetadata } from './credentials/instance-metadata.js';
import { PodIdentityAgent } from './credentials/pod-identity-agent.js';
import { IssuedCredentials } from './credentials/role-credentials.js';
import {
  SecurityTokenService,
  stsError,
  stsFault,
  stsReply,
  stsVersion,
} from './credentials/security-token-service.js';
import { AssociationApi } from './data-repositories/association-api.js';
import { TaskApi } from './data-repositories/task-api.js';
import { Ec2Api } from './ec2/ec2-api.js';
import { VpcNetwork } from './ec2/vpc-network.js';
import { FileSystemApi } from './file-systems/file-system-api.js';
import { FsxAccount, type FsxOperations, type FsxOptions } from './fsx-account.js';
import { AwsError } from './protocol/aws-error.js';
import {
  ec2Error,
  ec2Fault,
  ec2Reply,
  ec2SignatureError,
  ec2Version,
  type XmlValue,
} from './protocol/ec2-protocol.js';
import { Ec2Query } from './protocol/ec2-query.js';
import {
  fsxBody,
  fsxError,
  fsxFault,
  fsxReply,
  fsxResource,
  fsxSignatureError,
  fsxTarget,
} from './protocol/fsx-protocol.js';
import { signatureFault, type SignatureFault, type SignedHeaders } from './protocol/signature.js';
import { seed } from './seed.js';
import { TagApi } from './tags/tag-api.js';

export const defaultFsxOptions: FsxOptions = { coolDownSeconds: 21600, pageSize: 5 };

/** How the account behaves; everything has a default. */
export interface AwsCloudOptions extends Partial<FsxOptions> {
  /** How long credentials of roles are good for (3600). */
  readonly credentialSeconds?: number;
}

/**
 * Amazon FSx for Lustre and the parts of EC2 and STS that its users need, for one account in one region; see seed.ts for
 * what is there at the start. All services answer `POST /`: FSx calls carry X-Amz-Target, the others are forms that name
 * their API's version. Below `/latest/` is the metadata of one instance, at `/v1/credentials` the agent of EKS Pod Identity.
 */
export class AwsCloud {
  readonly #network = new VpcNetwork(seed);
  readonly #account: FsxAccount;
  readonly #fsx: FsxOperations;
  readonly #ec2: Ec2Api;
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
    this.#ec2 = new Ec2Api(seed, this.#network);
    this.#credentials = new IssuedCredentials(world.now, options.credentialSeconds);
    this.#sts = new SecurityTokenService(seed, this.#credentials, world.now);
    this.#agents = [
      new InstanceMetadata(world, seed, this.#credentials),
      new PodIdentityAgent(world, this.#credentials),
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

  /** Everything that exists in the account now. An account at rest has no file systems, backups or network interfaces. */
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
    if (typeof target !== 'string' && isForm) return this.#queryCall(request, new Ec2Query(body));
    return this.#fsxCall(request, typeof target === 'string' ? target : '', body);
  }

  #fsxCall({ headers }: FastifyRequest, target: string, body: string): Call {
    const requestId = randomUUID();
    const operation = target.slice(target.indexOf('.') + 1) || 'Unknown';
    const resource = fsxResource(body);
    return {
      cloud: 'aws',
      service: 'fsx',
      operation,
      ...(resource === undefined ? {} : { resource }),
      requestId,
      renderFault: (fault) => fsxFault(requestId, fault),
      effect: refusing(
        () => {
          const fault = this.#signatureFault(headers, 'fsx');
          if (fault) throw fsxSignatureError(fault, seed.region);
          const run = target.startsWith(fsxTarget) ? this.#fsx.get(operation) : undefined;
          if (!run) throw new AwsError('UnknownOperationException', `Unknown operation: ${target}`);
          return fsxReply(requestId, run(fsxBody(body)));
        },
        (error) => fsxError(requestId, error),
      ),
    };
  }

  #signatureFault(headers: SignedHeaders, service: string): SignatureFault | undefined {
    return signatureFault(headers, seed.region, service) ?? this.#credentials.faultOf(headers);
  }

  #queryCall(request: FastifyRequest, query: Ec2Query): Call {
    const identity = {
      cloud: 'aws',
      operation: query.get('Action') ?? 'Unknown',
      requestId: randomUUID(),
    } as const;
    return query.get('Version') === stsVersion
      ? this.#stsCall(identity, query)
      : this.#ec2Call(identity, request, query);
  }

  #stsCall(identity: Pick<Call, 'cloud' | 'operation' | 'requestId'>, query: Ec2Query): Call {
    const { operation, requestId } = identity;
    return {
      ...identity,
      service: 'sts',
      renderFault: (fault) => stsFault(requestId, fault),
      effect: refusing(
        () => stsReply(requestId, operation, this.#sts.run(operation, query)),
        (error) => stsError(requestId, error),
      ),
    };
  }

  #ec2Call(
    identity: Pick<Call, 'cloud' | 'operation' | 'requestId'>,
    { headers }: FastifyRequest,
    query: Ec2Query,
  ): Call {
    const { operation, requestId } = identity;
    return {
      ...identity,
      service: 'ec2',
      renderFault: (fault) => ec2Fault(requestId, fault),
      effect: refusing(
        () => {
          const fault = this.#signatureFault(headers, 'ec2');
          if (fault) throw ec2SignatureError(fault);
          return ec2Reply(requestId, operation, this.#runEc2(operation, query));
        },
        (error) => ec2Error(requestId, error),
      ),
    };
  }

  #runEc2(operation: string, query: Ec2Query): Record<string, XmlValue> {
    const version = query.get('Version');
    if (version !== ec2Version)
      throw new AwsError(
        'NoSuchVersion',
        `The requested version (${version ?? ''}) of service AmazonEC2 does not exist`,
      );
    const run = this.#ec2.operations.get(operation);
    if (!run)
      throw new AwsError('InvalidAction', `The action ${operation} is not valid for this web service.`);
    return run(query);
  }
}

/** Runs an effect and words the AwsError that it may throw. Anything else is a defect of the emulator. */
const refusing =
  (effect: () => Reply, word: (error: AwsError) => Reply): (() => Reply) =>
  () => {
    try {
      return effect();
    } catch (error) {
      if (error instanceof AwsError) return word(error);
      throw error;
    }
  };
