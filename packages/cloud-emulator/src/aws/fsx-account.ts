import type { World } from '../world/world.js';
import { Backups } from './backups/backups.js';
import { Associations } from './data-repositories/associations.js';
import { Tasks } from './data-repositories/tasks.js';
import type { VpcNetwork } from './ec2/vpc-network.js';
import { FileSystemUpdates } from './file-systems/file-system-updates.js';
import { FileSystems, type LustreFileSystem } from './file-systems/file-systems.js';
import type { CreationPlan } from './file-systems/lustre-rules.js';
import { AwsError } from './protocol/aws-error.js';
import { ClientTokens } from './protocol/client-tokens.js';
import { cutPage, type PageRequest } from './protocol/paging.js';
import type { Seed } from './seed.js';

export interface FsxOptions {
  /** Time after a growth during which the next one is refused. FSx: six hours. */
  readonly coolDownSeconds: number;
  /** Most items on a page, also where MaxResults is larger. */
  readonly pageSize: number;
}

/** The operations of a service: each takes a request's JSON and gives the reply's, or throws an AwsError. */
export type FsxOperations = ReadonlyMap<string, (body: unknown) => object>;

/** Resources of one account in Amazon FSx. */
export class FsxAccount {
  readonly fileSystems: FileSystems;
  readonly backups: Backups;
  readonly tokens: ClientTokens;
  readonly updates: FileSystemUpdates;
  readonly associations: Associations;
  readonly tasks: Tasks;

  constructor(
    readonly world: World,
    readonly seed: Seed,
    network: VpcNetwork,
    readonly options: FsxOptions,
  ) {
    this.fileSystems = new FileSystems(world, seed, network);
    this.backups = new Backups(world, seed);
    this.tokens = new ClientTokens(world.durations.tokenSeconds, world.now);
    this.updates = new FileSystemUpdates(world, this.fileSystems, network);
    this.associations = new Associations(world, seed, this.fileSystems);
    this.tasks = new Tasks(world, seed, this.fileSystems);
  }

  /** Reason with which this creation is to end FAILED, if an injected fault says so. */
  failureOf(operation: string, usual: string): string | undefined {
    const fault = this.world.faults.takeFailure('aws', operation);
    return fault && (fault.message ?? usual);
  }

  /** Page of a Describe operation: wire forms, and the token of the next page unless it is the last. */
  page<Wire>(
    operation: string,
    resources: readonly { readonly sequence: number; readonly wire: Wire }[],
    request: PageRequest,
  ): { readonly wires: readonly Wire[]; readonly NextToken: string | undefined } {
    const limit = this.options.pageSize;
    const listing = { operation, items: resources, keyOf: keyOfSequence, limit };
    const page = cutPage(listing, request);
    return { wires: page.items.map(({ wire }) => wire), NextToken: page.nextToken };
  }

  /** Reports data repository associations of a file system, which its own Describe does not show. */
  isAssociated(fileSystem: LustreFileSystem): boolean {
    return this.associations.of(fileSystem).length > 0;
  }

  /** File systems that the account may have in each family. */
  get fileSystemQuota(): number {
    return this.world.raisedQuota ?? this.seed.fileSystemQuota;
  }

  /** Throws ServiceLimitExceeded where the account has as many file systems of the family as it may. */
  checkQuota({ rule }: CreationPlan): void {
    const family = familyOf(rule.deployment);
    const present = this.fileSystems.all().filter(({ plan }) => familyOf(plan.rule.deployment) === family);
    if (present.length < this.fileSystemQuota) return;
    throw new AwsError(
      'ServiceLimitExceeded',
      `The maximum number of ${family} file systems (${this.fileSystemQuota}) in this account and Region is reached.`,
      { Limit: 'FILE_SYSTEM_COUNT' },
    );
  }
}

const keyOfSequence = ({ sequence }: { readonly sequence: number }): number => sequence;

/** Family of deployments that share a quota: both SCRATCH generations are one. */
const familyOf = (deployment: string): string => (deployment.startsWith('SCRATCH') ? 'SCRATCH' : deployment);
