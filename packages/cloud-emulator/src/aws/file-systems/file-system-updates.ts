import type { World } from '../../world/world.js';
import type { NetworkInterface, VpcNetwork } from '../ec2/vpc-network.js';
import { epochSeconds } from '../protocol/identifiers.js';
import { automaticMetadataIops, serverCount } from './deployment-rules.js';
import type { FileSystems, LustreFileSystem } from './file-systems.js';
import type { UpdatePlan } from './lustre-update-rules.js';
import type { UpdateTarget, WireAction, WireFileSystem } from './wire-file-system.js';

/** FSx keeps the latest so many administrative actions of each type. */
const actionsKept = 10;

interface Act {
  readonly target: UpdateTarget;
  /** Storage is optimized afterwards. */
  readonly optimizes: boolean;
  /** The servers that the file system has got for it. */
  readonly added: readonly NetworkInterface[];
  /** The reason why it comes to nothing; absent: it does not. */
  readonly failure: string | undefined;
}

/**
 * Carries updates out, as FSx does: FILE_SYSTEM_UPDATE goes PENDING, then IN_PROGRESS with the file system
 * UPDATING, and the new values hold after `updateSeconds`. Where storage is optimized afterwards, the action stays
 * UPDATED_OPTIMIZING for as long again, beside a STORAGE_OPTIMIZATION that disappears when it is done. One that fails
 * does so after `updateSeconds`, and leaves everything as it was.
 */
export class FileSystemUpdates {
  constructor(
    private readonly world: World,
    private readonly fileSystems: FileSystems,
    private readonly network: VpcNetwork,
  ) {}

  /** @param failureOf asked once an update that takes an action is accepted: the reason with which it is to fail */
  start(fileSystem: LustreFileSystem, plan: UpdatePlan, failureOf: () => string | undefined): void {
    const { wire } = fileSystem;
    const { target, immediate, optimizes } = plan;
    const added = target ? this.#addServers(fileSystem, target) : [];
    wire.LustreConfiguration = { ...wire.LustreConfiguration, ...immediate };
    if (target) this.#act(fileSystem, { target, optimizes, added, failure: failureOf() });
  }

  #act(fileSystem: LustreFileSystem, act: Act): void {
    const { wire } = fileSystem;
    const { target, optimizes } = act;
    const RequestTime = epochSeconds(this.world.now());
    const update: WireAction = {
      AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
      RequestTime,
      Status: 'PENDING',
      TargetFileSystemValues: target,
    };
    const optimization: WireAction = {
      AdministrativeActionType: 'STORAGE_OPTIMIZATION',
      RequestTime,
      Status: 'PENDING',
    };
    wire.AdministrativeActions = latest([
      update,
      ...(optimizes ? [optimization] : []),
      ...(wire.AdministrativeActions ?? []),
    ]);
    const { updateSeconds } = this.world.durations;
    this.fileSystems.after(fileSystem, updateSeconds * 0.2, () => {
      update.Status = 'IN_PROGRESS';
      wire.Lifecycle = 'UPDATING';
    });
    this.fileSystems.after(fileSystem, updateSeconds, () => {
      wire.Lifecycle = 'AVAILABLE';
      if (act.failure !== undefined) {
        this.#fail(wire, update, act);
        return;
      }
      update.Status = optimizes ? 'UPDATED_OPTIMIZING' : 'COMPLETED';
      apply(wire, target);
      this.fileSystems.publish(fileSystem);
      if (optimizes) this.#optimize(fileSystem, update, optimization);
    });
  }

  #fail(wire: WireFileSystem, update: WireAction, { added, failure = '' }: Act): void {
    update.Status = 'FAILED';
    update.FailureDetails = { Message: failure };
    wire.AdministrativeActions = (wire.AdministrativeActions ?? []).filter(
      ({ AdministrativeActionType: type, Status }) => type !== 'STORAGE_OPTIMIZATION' || Status !== 'PENDING',
    );
    const gone = added.map((each) => each.networkInterfaceId);
    wire.NetworkInterfaceIds = wire.NetworkInterfaceIds.filter((id) => !gone.includes(id));
    this.network.detach(added);
  }

  #optimize(fileSystem: LustreFileSystem, update: WireAction, optimization: WireAction): void {
    const { updateSeconds } = this.world.durations;
    optimization.Status = 'IN_PROGRESS';
    optimization.ProgressPercent = 0;
    this.fileSystems.after(fileSystem, updateSeconds / 2, () => (optimization.ProgressPercent = 50));
    this.fileSystems.after(fileSystem, updateSeconds, () => {
      const { wire } = fileSystem;
      update.Status = 'COMPLETED';
      wire.AdministrativeActions = (wire.AdministrativeActions ?? []).filter((each) => each !== optimization);
    });
  }

  /** A file system that grows takes the addresses of its new servers when the update is accepted. */
  #addServers(
    { wire, plan, securityGroupIds }: LustreFileSystem,
    target: UpdateTarget,
  ): readonly NetworkInterface[] {
    const after = { ...wire, LustreConfiguration: { ...wire.LustreConfiguration } };
    apply(after, target);
    const { PerUnitStorageThroughput, ThroughputCapacity, MetadataConfiguration } = after.LustreConfiguration;
    const needed = serverCount(plan.rule, {
      gib: after.StorageCapacity ?? 0,
      throughput: PerUnitStorageThroughput ?? 0,
      throughputCapacity: ThroughputCapacity ?? 0,
      metadataIops: MetadataConfiguration?.Iops ?? 0,
    });
    const count = needed - wire.NetworkInterfaceIds.length;
    if (count <= 0) return [];
    const added = this.network.attach({
      fileSystemId: wire.FileSystemId,
      subnetId: wire.SubnetIds[0] ?? '',
      groupIds: securityGroupIds,
      count,
    });
    wire.NetworkInterfaceIds = [...wire.NetworkInterfaceIds, ...added.map((each) => each.networkInterfaceId)];
    return added;
  }
}

function apply(wire: WireFileSystem, target: UpdateTarget): void {
  if (target.FileSystemTypeVersion !== undefined) wire.FileSystemTypeVersion = target.FileSystemTypeVersion;
  wire.LustreConfiguration = { ...wire.LustreConfiguration, ...target.LustreConfiguration };
  if (target.StorageCapacity === undefined) return;
  wire.StorageCapacity = target.StorageCapacity;
  if (wire.LustreConfiguration.MetadataConfiguration?.Mode !== 'AUTOMATIC') return;
  wire.LustreConfiguration = {
    ...wire.LustreConfiguration,
    MetadataConfiguration: { Mode: 'AUTOMATIC', Iops: automaticMetadataIops(target.StorageCapacity) },
  };
}

function latest(actions: readonly WireAction[]): readonly WireAction[] {
  const seen = new Map<string, number>();
  return actions.filter(({ AdministrativeActionType: type }) => {
    seen.set(type, (seen.get(type) ?? 0) + 1);
    return (seen.get(type) ?? 0) <= actionsKept;
  });
}
