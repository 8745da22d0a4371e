import type { World } from '../../world/world.js';
import type { VpcNetwork } from '../ec2/vpc-network.js';
import { AwsError, fileSystemNotFound } from '../protocol/aws-error.js';
import { epochSeconds, newMountName, newResourceId } from '../protocol/identifiers.js';
import { ResourceTable } from '../resource-table.js';
import type { Seed } from '../seed.js';
import type { CreateFileSystemRequest } from './file-system-shapes.js';
import { lustreConfiguration } from './lustre-configuration.js';
import type { CreationPlan } from './lustre-rules.js';
import type { WireFileSystem } from './wire-file-system.js';

/** File system of the emulator, with the state that a Describe does not show. */
export interface LustreFileSystem {
  /** Grows with each creation; pages are cut along it. */
  readonly sequence: number;
  readonly wire: WireFileSystem;
  readonly securityGroupIds: readonly string[];
  readonly clientRequestToken: string | undefined;
  readonly plan: CreationPlan;
  readonly mgsAddress: string;
  /** The backup that it was made from. */
  readonly backupId: string | undefined;
  /** Ways to call off what is to happen to it. */
  readonly scheduled: Set<() => void>;
}

export interface CreationDetails {
  readonly backupId: string | undefined;
  /** Asked once the creation is accepted. */
  readonly failure: () => string | undefined;
}

type DeletionListener = (fileSystem: LustreFileSystem) => () => void;

/** The Lustre servers that FSx runs for each version of the API. */
const serverVersions: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    '2.10': '2.10.8',
    '2.12': '2.12.9',
    '2.15': '2.15.6',
  }),
);

const gibibyte = 1024n ** 3n;
/** Capacity that a client sees of an INTELLIGENT_TIERING file system, which has no size of its own. */
const elasticCapacity = 1024n ** 5n;

/** All file systems of the account, and how they come and go. */
export class FileSystems extends ResourceTable<LustreFileSystem> {
  readonly #deletionListeners: DeletionListener[] = [];

  constructor(
    private readonly world: World,
    private readonly seed: Seed,
    private readonly network: VpcNetwork,
  ) {
    super(fileSystemNotFound);
  }

  /** Begins a creation that ends AVAILABLE, or FAILED with the reason that `failure` gives. */
  create(
    request: CreateFileSystemRequest,
    plan: CreationPlan,
    { backupId, failure: failureOf }: CreationDetails,
  ): LustreFileSystem {
    const fileSystem = { ...this.#begin(request, plan), backupId };
    const failure = failureOf();
    this.add(fileSystem.wire.FileSystemId, fileSystem);
    this.after(fileSystem, this.world.durations.createSeconds, () => {
      if (failure === undefined) {
        fileSystem.wire.Lifecycle = 'AVAILABLE';
        this.publish(fileSystem);
      } else {
        fileSystem.wire.Lifecycle = 'FAILED';
        fileSystem.wire.FailureDetails = { Message: failure };
      }
    });
    return fileSystem;
  }

  /** Begins the deletion; a second call changes nothing. */
  delete(fileSystem: LustreFileSystem): void {
    if (fileSystem.wire.Lifecycle === 'DELETING') return;
    for (const callOff of fileSystem.scheduled) callOff();
    fileSystem.wire.Lifecycle = 'DELETING';
    const id = fileSystem.wire.FileSystemId;
    this.world.lustre.withdraw(id);
    const ends = this.#deletionListeners.map((listener) => listener(fileSystem));
    this.world.after(this.world.durations.deleteSeconds, () => {
      for (const end of ends) end();
      this.remove(id);
      this.network.release(id);
    });
  }

  /**
   * A deletion whose final backup fails. What FSx does then is not documented; here it keeps the file system, so that
   * it can be tested what becomes of its data.
   */
  deleteInVain(fileSystem: LustreFileSystem): void {
    fileSystem.wire.Lifecycle = 'DELETING';
    this.after(
      fileSystem,
      this.world.durations.createSeconds,
      () => (fileSystem.wire.Lifecycle = 'AVAILABLE'),
    );
  }

  /** Registers a listener for the begin of a deletion; the function that it returns is called at the end. */
  onDeletion(listener: DeletionListener): void {
    this.#deletionListeners.push(listener);
  }

  /** Schedules an effect on the file system, unless it is deleted before. */
  after(fileSystem: LustreFileSystem, seconds: number, happen: () => void): void {
    const callOff = this.world.after(seconds, () => {
      fileSystem.scheduled.delete(callOff);
      happen();
    });
    fileSystem.scheduled.add(callOff);
  }

  /** Publishes the servers to clients, with the capacity of the moment. */
  publish({ wire, mgsAddress }: LustreFileSystem): void {
    this.world.lustre.publish({
      id: wire.FileSystemId,
      mgsAddresses: [mgsAddress],
      dnsNames: [wire.DNSName],
      fsname: wire.LustreConfiguration.MountName,
      capacityBytes:
        wire.StorageCapacity === undefined ? elasticCapacity : BigInt(wire.StorageCapacity) * gibibyte,
      version: serverVersions.get(wire.FileSystemTypeVersion) ?? wire.FileSystemTypeVersion,
    });
  }

  #begin(request: CreateFileSystemRequest, plan: CreationPlan): Omit<LustreFileSystem, 'backupId'> {
    const id = newResourceId('fs');
    const securityGroupIds = request.SecurityGroupIds ?? [];
    const interfaces = this.network.attach({
      fileSystemId: id,
      subnetId: request.SubnetIds[0] ?? '',
      groupIds: securityGroupIds,
      count: plan.servers,
    });
    const [mgs] = interfaces;
    if (!mgs) throw new AwsError('InternalServerError', 'The file system has no server.', {}, 500);
    return {
      sequence: this.nextSequence(),
      wire: {
        ...this.#wire(id, request, plan),
        NetworkInterfaceIds: interfaces.map((each) => each.networkInterfaceId),
      },
      securityGroupIds,
      clientRequestToken: request.ClientRequestToken,
      plan,
      mgsAddress: mgs.privateIpAddress,
      scheduled: new Set(),
    };
  }

  #wire(id: string, request: CreateFileSystemRequest, plan: CreationPlan): WireFileSystem {
    const { region, accountId, vpcId, defaultKmsKeyId } = this.seed;
    return {
      OwnerId: accountId,
      CreationTime: epochSeconds(this.world.now()),
      FileSystemId: id,
      FileSystemType: 'LUSTRE',
      Lifecycle: 'CREATING',
      ...(plan.storageCapacity === undefined ? {} : { StorageCapacity: plan.storageCapacity }),
      StorageType: plan.rule.storage,
      VpcId: vpcId,
      SubnetIds: request.SubnetIds,
      NetworkInterfaceIds: [],
      DNSName: `${id}.fsx.${region}.amazonaws.com`,
      ...(plan.rule.persistent ? { KmsKeyId: request.KmsKeyId ?? defaultKmsKeyId } : {}),
      ResourceARN: `arn:aws:fsx:${region}:${accountId}:file-system/${id}`,
      Tags: request.Tags ?? [],
      LustreConfiguration: lustreConfiguration(request, plan, this.#mountName(plan), this.seed),
      FileSystemTypeVersion: plan.version,
    };
  }

  #mountName({ rule }: CreationPlan): string {
    if (rule.deployment === 'SCRATCH_1') return 'fsx';
    return newMountName((name) => this.all().some(({ wire }) => wire.LustreConfiguration.MountName === name));
  }
}
