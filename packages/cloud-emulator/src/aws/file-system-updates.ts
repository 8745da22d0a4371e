import type { World } from '../world/world.js';
import { automaticMetadataIops, serverCount } from './deployment-rules.js';
import type { FileSystems, LustreFileSystem } from './file-systems.js';
import type { UpdateTarget, WireAction, WireFileSystem } from './fsx-wire.js';
import { epochSeconds } from './identifiers.js';
import type { UpdatePlan } from './lustre-update-rules.js';
import type { VpcNetwork } from './vpc-network.js';

/** FSx keeps the latest so many administrative actions of each type. */
const actionsKept = 10;

/**
 * Carries updates out, as FSx does: FILE_SYSTEM_UPDATE goes PENDING, then IN_PROGRESS with the file system
 * UPDATING, and the new values hold after `updateSeconds`. Where storage is optimized afterwards, the action stays
 * UPDATED_OPTIMIZING for as long again, beside a STORAGE_OPTIMIZATION that disappears when it is done.
 */
export class FileSystemUpdates {
  constructor(
    private readonly world: World,
    private readonly fileSystems: FileSystems,
    private readonly network: VpcNetwork,
  ) {}

  start(fileSystem: LustreFileSystem, plan: UpdatePlan): void {
    const { wire } = fileSystem;
    if (plan.target) this.#addServers(fileSystem, plan.target);
    wire.LustreConfiguration = { ...wire.LustreConfiguration, ...plan.immediate };
    if (plan.target) this.#act(fileSystem, plan.target, plan.optimizes);
  }

  #act(fileSystem: LustreFileSystem, target: UpdateTarget, optimizes: boolean): void {
    const { wire } = fileSystem;
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
      update.Status = optimizes ? 'UPDATED_OPTIMIZING' : 'COMPLETED';
      wire.Lifecycle = 'AVAILABLE';
      apply(wire, target);
      this.fileSystems.publish(fileSystem);
      if (optimizes) this.#optimize(fileSystem, update, optimization);
    });
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
  #addServers({ wire, plan, securityGroupIds }: LustreFileSystem, target: UpdateTarget): void {
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
    if (count <= 0) return;
    const added = this.network.attach({
      fileSystemId: wire.FileSystemId,
      subnetId: wire.SubnetIds[0] ?? '',
      groupIds: securityGroupIds,
      count,
    });
    wire.NetworkInterfaceIds = [...wire.NetworkInterfaceIds, ...added.map((each) => each.networkInterfaceId)];
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
