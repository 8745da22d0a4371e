import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answer } from '../world/http-answer.js';
import { serveCall, type Call, type Reply } from '../world/serve-call.js';
import type { World } from '../world/world.js';
import { AssociationApi } from './association-api.js';
import { AwsError } from './aws-error.js';
import { Ec2Api } from './ec2-api.js';
import { BackupApi } from './backup-api.js';
import {
  ec2Error,
  ec2Fault,
  ec2Reply,
  ec2SignatureError,
  ec2Version,
  type XmlValue,
} from './ec2-protocol.js';
import { Ec2Query } from './ec2-query.js';
import { FileSystemApi } from './file-system-api.js';
import { FsxAccount, type FsxOperations, type FsxOptions } from './fsx-account.js';
import {
  fsxBody,
  fsxError,
  fsxFault,
  fsxReply,
  fsxResource,
  fsxSignatureError,
  fsxTarget,
} from './fsx-protocol.js';
import { InstanceMetadata } from './instance-metadata.js';
import { seed } from './seed.js';
import { signatureFault } from './signature.js';
import { TagApi } from './tag-api.js';
import { TaskApi } from './task-api.js';
import { VpcNetwork } from './vpc-network.js';

export const defaultFsxOptions: FsxOptions = { coolDownSeconds: 21600, pageSize: 5 };

/**
 * Amazon FSx for Lustre and the part of EC2 that its users need, for one account in one region; see seed.ts for what
 * is there at the start. Both services answer `POST /`: FSx calls carry X-Amz-Target, EC2 calls are forms. Below
 * `/latest/` is the metadata of one instance.
 */
export class AwsCloud {
  readonly #network = new VpcNetwork(seed);
  readonly #account: FsxAccount;
  readonly #fsx: FsxOperations;
  readonly #ec2: Ec2Api;
  readonly #metadata: InstanceMetadata;

  constructor(
    private readonly world: World,
    options: Partial<FsxOptions> = {},
  ) {
    this.#account = new FsxAccount(world, seed, this.#network, { ...defaultFsxOptions, ...options });
    const apis = [FileSystemApi, BackupApi, AssociationApi, TaskApi, TagApi].map(
      (Api) => new Api(this.#account),
    );
    this.#fsx = new Map(apis.flatMap((api) => [...api.operations]));
    this.#ec2 = new Ec2Api(seed, this.#network);
    this.#metadata = new InstanceMetadata(world, seed);
  }

  register(app: FastifyInstance): void {
    void app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
      this.#metadata.register(scope);
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
    if (typeof target !== 'string' && isForm) return this.#ec2Call(request, body);
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
          const fault = signatureFault(headers, seed.region, 'fsx');
          if (fault) throw fsxSignatureError(fault, seed.region);
          const run = target.startsWith(fsxTarget) ? this.#fsx.get(operation) : undefined;
          if (!run) throw new AwsError('UnknownOperationException', `Unknown operation: ${target}`);
          return fsxReply(requestId, run(fsxBody(body)));
        },
        (error) => fsxError(requestId, error),
      ),
    };
  }

  #ec2Call({ headers }: FastifyRequest, body: string): Call {
    const requestId = randomUUID();
    const query = new Ec2Query(body);
    const operation = query.get('Action') ?? 'Unknown';
    return {
      cloud: 'aws',
      service: 'ec2',
      operation,
      requestId,
      renderFault: (fault) => ec2Fault(requestId, fault),
      effect: refusing(
        () => {
          const fault = signatureFault(headers, seed.region, 'ec2');
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
