import { randomUUID } from 'node:crypto';
import type { World } from '../../world/world.js';
import { ArmError, conflict, quotaExceeded, resourceNotFound } from '../arm/arm-error.js';
import { amlFilesystemId, sameName } from '../arm/arm-id.js';
import type { AscOperation, AscOperations, OperationFailure } from '../arm/asc-operations.js';
import { requiredAddresses } from '../network/subnet-addresses.js';
import type { Subnet, VirtualNetworks } from '../network/virtual-networks.js';
import { checkAgainstCatalogue, checkCreateOnly, checkName, sameJson } from './file-system-rules.js';
import {
  lustreVersion,
  mgsAddress,
  renderFileSystem,
  type FileSystem,
  type ProvisioningState,
} from './file-system.js';
import type { ChangeableSettings, RequestedFileSystem } from './requested-file-system.js';

/** Name of a file system in a call, in the caller's case. */
export interface FileSystemName {
  readonly resourceGroup: string;
  readonly name: string;
}

/** Accepted change; `operation` is absent where no work was needed. */
export interface Accepted {
  readonly fileSystem: FileSystem;
  readonly operation?: AscOperation;
}

export interface FileSystemsOptions {
  readonly subscriptionId: string;
  /** Number of file systems that the subscription may have. */
  readonly quota: number;
  readonly fsname: string;
  /** State that provisioningState shows after a change that has failed. */
  readonly failedUpdateState: 'Failed' | 'Succeeded';
}

/** Failure of a creation that took too long for the service. */
const createTimeout: OperationFailure = {
  code: 'CreateTimeout',
  message:
    'Amlfilesystem creation did not complete because an operation timed out.  ' +
    'Delete this amlfilesystem and try again.',
};

/** A change or deletion that Azure could not carry out. */
const internalError: OperationFailure = {
  code: 'InternalExecutionError',
  message: 'The operation on the amlfilesystem failed because of an internal error.',
};

const tebibyte = 1024n ** 4n;

/** The file systems of the subscription and what happens to them over time. */
export class FileSystems {
  readonly #all = new Map<string, FileSystem>();
  readonly #deletionListeners: ((fileSystem: FileSystem) => void)[] = [];
  #sequence = 0;

  constructor(
    private readonly world: World,
    private readonly networks: VirtualNetworks,
    private readonly operations: AscOperations,
    private readonly options: FileSystemsOptions,
  ) {}

  get inUse(): number {
    return this.#all.size;
  }

  /** File systems of one resource group, or all; in order of creation. */
  list(resourceGroup?: string): readonly FileSystem[] {
    const all = [...this.#all.values()];
    return resourceGroup === undefined
      ? all
      : all.filter((fileSystem) => sameName(fileSystem.resourceGroup, resourceGroup));
  }

  find({ resourceGroup, name }: FileSystemName): FileSystem | undefined {
    return this.#all.get(amlFilesystemId(this.options.subscriptionId, resourceGroup, name).toLowerCase());
  }

  /** @throws ArmError ResourceNotFound */
  get(wanted: FileSystemName): FileSystem {
    const fileSystem = this.find(wanted);
    if (!fileSystem) {
      throw resourceNotFound('Microsoft.StorageCache/amlFilesystems', wanted.name, wanted.resourceGroup);
    }
    return fileSystem;
  }

  /** File systems that the subscription may have. */
  get quota(): number {
    return this.world.raisedQuota ?? this.options.quota;
  }

  /** Creates a file system: PUT of a name that is free. @throws ArmError of validation, quota and subnet */
  create(wanted: FileSystemName, spec: RequestedFileSystem, createdBy: string): Required<Accepted> {
    checkName(wanted.name);
    const sku = checkAgainstCatalogue(spec);
    if (this.inUse >= this.quota) throw quotaExceeded(this.quota, this.inUse);
    const id = amlFilesystemId(this.options.subscriptionId, wanted.resourceGroup, wanted.name);
    const subnet = this.#subnet(spec, id);
    const addresses = subnet.addresses.take(requiredAddresses(spec.capacityTiB, sku.stepTiB));
    if (!addresses) throw subnetIsFull(subnet, requiredAddresses(spec.capacityTiB, sku.stepTiB));
    const fileSystem: FileSystem = {
      ...wanted,
      sequence: (this.#sequence += 1),
      id,
      sku,
      spec,
      addresses,
      createdBy,
      createdAt: new Date(this.world.now()).toISOString(),
      clusterUuid: randomUUID(),
      fsname: this.options.fsname,
      currentCapacityTiB: spec.capacityTiB,
      provisioningState: 'Creating',
      created: false,
      expanding: false,
    };
    this.#all.set(id.toLowerCase(), fileSystem);
    return { fileSystem, operation: this.#beginCreation(fileSystem) };
  }

  /** Answers a PUT of a name that exists: only changeable settings may differ. @throws ArmError */
  replace(fileSystem: FileSystem, wanted: RequestedFileSystem): Accepted {
    if (fileSystem.provisioningState === 'Deleting') throw busy(fileSystem);
    checkCreateOnly({ ...fileSystem.spec, name: fileSystem.name }, wanted);
    if (fileSystem.provisioningState === 'Failed' && !fileSystem.created) throw mustBeDeleted(fileSystem);
    const same = (name: (typeof changeable)[number]): boolean =>
      wanted[name] === undefined || sameJson(fileSystem.spec[name], wanted[name]);
    if (changeable.every(same)) return { fileSystem };
    return this.change(fileSystem, wanted);
  }

  /**
   * Changes settings: PATCH. A change that fails leaves the settings as they were.
   * @throws ArmError Conflict while another operation is under way
   */
  change(fileSystem: FileSystem, settings: Partial<ChangeableSettings>): Required<Accepted> {
    checkChangeable(fileSystem);
    const { spec: previous } = fileSystem;
    const named = changeable.filter((name) => settings[name] !== undefined);
    const changed = Object.fromEntries(named.map((name) => [name, settings[name]]));
    const spec: RequestedFileSystem = { ...previous, ...changed };
    checkAgainstCatalogue(spec);
    fileSystem.spec = spec;
    const failure = this.operations.failureOf('amlFilesystems.update', internalError);
    const operation = this.#begin(fileSystem, 'Updating', this.world.durations.updateSeconds, () => {
      fileSystem.provisioningState = failure ? this.options.failedUpdateState : 'Succeeded';
      if (failure) fileSystem.spec = previous;
      return failure;
    });
    return { fileSystem, operation };
  }

  /** Replaces the tags at once. @throws ArmError Conflict while another operation is under way */
  tag(fileSystem: FileSystem, tags: ChangeableSettings['tags']): void {
    checkChangeable(fileSystem);
    fileSystem.spec = { ...fileSystem.spec, tags };
  }

  /**
   * Deletes a file system that exists. Any operation under way is cancelled, and clients lose the file system at
   * once. The service does not document a DELETE during creation: here it is accepted.
   */
  delete(fileSystem: FileSystem): Required<Accepted> {
    const { running } = fileSystem;
    if (fileSystem.provisioningState === 'Deleting' && running)
      return { fileSystem, operation: running.operation };
    running?.cancel();
    for (const listener of this.#deletionListeners) listener(fileSystem);
    this.world.lustre.withdraw(serverId(fileSystem));
    const failure = this.operations.failureOf('amlFilesystems.delete', internalError);
    const operation = this.#begin(fileSystem, 'Deleting', this.world.durations.deleteSeconds, () => {
      if (!failure) return this.#forget(fileSystem);
      fileSystem.provisioningState = 'Failed';
      fileSystem.failure = failure;
      return failure;
    });
    return { fileSystem, operation };
  }

  /** Registers a listener for the begin of a deletion. */
  onDeletion(listener: (fileSystem: FileSystem) => void): void {
    this.#deletionListeners.push(listener);
  }

  /** Sets the live size after an expansion; the size of creation stays. */
  grow(fileSystem: FileSystem, capacityTiB: number): void {
    fileSystem.currentCapacityTiB = capacityTiB;
    this.#publish(fileSystem);
  }

  /** Publishes the servers to clients, with the capacity of the moment. */
  #publish(fileSystem: FileSystem): void {
    this.world.lustre.publish({
      id: serverId(fileSystem),
      mgsAddresses: [mgsAddress(fileSystem)],
      dnsNames: [],
      fsname: fileSystem.fsname,
      capacityBytes: BigInt(fileSystem.currentCapacityTiB) * tebibyte,
      version: lustreVersion,
    });
  }

  #beginCreation(fileSystem: FileSystem): AscOperation {
    const failure = this.operations.failureOf('amlFilesystems.createOrUpdate', createTimeout);
    return this.#begin(fileSystem, 'Creating', this.world.durations.createSeconds, () => {
      fileSystem.provisioningState = failure ? 'Failed' : 'Succeeded';
      if (failure) {
        fileSystem.failure = failure;
        return failure;
      }
      fileSystem.created = true;
      this.#publish(fileSystem);
      return undefined;
    });
  }

  /** Begins work that ends after so many seconds. `effect` returns the reason where it fails. */
  #begin(
    fileSystem: FileSystem,
    state: ProvisioningState,
    seconds: number,
    effect: () => OperationFailure | undefined | void,
  ): AscOperation {
    fileSystem.provisioningState = state;
    const subject = {
      location: fileSystem.spec.location,
      resourceId: fileSystem.id,
      resource: (apiVersion: string) =>
        this.#all.get(fileSystem.id.toLowerCase()) === fileSystem
          ? renderFileSystem(fileSystem, apiVersion)
          : undefined,
    };
    fileSystem.running = this.operations.run(subject, seconds, () => {
      delete fileSystem.running;
      return effect();
    });
    return fileSystem.running.operation;
  }

  #forget(fileSystem: FileSystem): void {
    this.#all.delete(fileSystem.id.toLowerCase());
    this.networks.findSubnet(fileSystem.spec.subnetId)?.addresses.release(fileSystem.addresses);
  }

  #subnet(spec: RequestedFileSystem, id: string): Subnet {
    const subnet = this.networks.findSubnet(spec.subnetId);
    if (subnet?.location === spec.location) return subnet;
    throw new ArmError(
      400,
      'InvalidResourceReference',
      `Resource ${spec.subnetId} referenced by resource ${id} was not found. Please make sure that the ` +
        'referenced resource exists, and that both resources are in the same region.',
    );
  }
}

function checkChangeable(fileSystem: FileSystem): void {
  const { provisioningState, created } = fileSystem;
  if (provisioningState === 'Failed' && !created) throw mustBeDeleted(fileSystem);
  if (provisioningState !== 'Succeeded' && provisioningState !== 'Failed') throw busy(fileSystem);
}

const changeable = ['tags', 'maintenanceWindow', 'encryptionSettings', 'rootSquashSettings'] as const;

/** Name of its servers in the Lustre registry. */
const serverId = (fileSystem: FileSystem): string => `amlfs-${fileSystem.clusterUuid}`;

export const busy = (fileSystem: FileSystem): ArmError =>
  conflict(
    `The amlFilesystem '${fileSystem.name}' is in provisioning state ${fileSystem.provisioningState}: ` +
      'another operation is in progress.',
  );

const mustBeDeleted = (fileSystem: FileSystem): ArmError =>
  conflict(
    `The amlFilesystem '${fileSystem.name}' is in provisioning state Failed. Delete this amlfilesystem and try again.`,
  );

export const subnetIsFull = (subnet: Subnet, needed: number): ArmError =>
  new ArmError(
    400,
    'SubnetIsFull',
    `Subnet ${subnet.id} with address prefix ${subnet.addresses.prefix} does not have enough capacity for ` +
      `${needed} IP addresses.`,
  );
