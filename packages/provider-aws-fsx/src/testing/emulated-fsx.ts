import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator, type EmulatorOptions } from '@lustre-csi/cloud-emulator';
import {
  Capacity,
  unobserved,
  type CloudRequests,
  type FileSystem,
  type Log,
  type Settings,
  type Volume,
  type VolumeRequest,
} from '@lustre-csi/core';
import { VolumeOperations } from '@lustre-csi/core/server';
import type { FsxFileSystems } from '../operations/file-systems.js';
import { awsFsx } from '../index.js';

/** Log that discards everything. */
export const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};

/** The pauses of waiting operations, shortened: the emulator's creations take a fraction of a second. */
const hasty = {
  now: () => Date.now(),
  after: (milliseconds: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, milliseconds <= 20_000 ? milliseconds / 50 : milliseconds);
    return () => clearTimeout(timer);
  },
};

/** PERSISTENT_2, which can do most. */
export const persistent2 = {
  deploymentType: 'PERSISTENT_2',
  perUnitStorageThroughput: '125',
  fileSystemTypeVersion: '2.15',
} as const;

/** A running emulator, with the real SDK in this process directed to it by environment variables. */
export class EmulatedFsx {
  readonly #before = { ...process.env };
  readonly #directory = mkdtempSync(join(tmpdir(), 'fsx-spec-'));

  private constructor(readonly emulator: Emulator) {
    Object.assign(process.env, emulator.environment(this.#directory));
  }

  static async start(options: EmulatorOptions = {}): Promise<EmulatedFsx> {
    const durations = { createSeconds: 0.1, deleteSeconds: 0.05, updateSeconds: 0.15, ...options.durations };
    const aws = { pageSize: 2, coolDownSeconds: 0, ...options.aws };
    return new EmulatedFsx(await startEmulator({ ...options, durations, aws }));
  }

  async stop(): Promise<void> {
    process.env = this.#before;
    await this.emulator.stop();
    rmSync(this.#directory, { recursive: true });
  }

  async provider(clusterId = '', cloudRequests: CloudRequests = unobserved): Promise<FsxFileSystems> {
    const settings: Settings = { flag: () => undefined, environment: (name) => process.env[name] };
    const driver = { driverName: awsFsx.driverName, driverVersion: '1.2.3' };
    const context = { ...driver, clusterId, log: silent, cloudRequests };
    return (await awsFsx.controller(settings, context)) as FsxFileSystems;
  }

  /** A driver process of its own: it knows nothing of what others did. */
  async driver(clusterId = ''): Promise<Driver> {
    const provider = await this.provider(clusterId);
    return new Driver(provider, new VolumeOperations(provider, silent, hasty));
  }

  /** Counts the calls of an operation that have arrived. */
  calls(operation: string): number {
    return this.emulator.journal.entries().filter((entry) => entry.operation === operation).length;
  }

  /** Counts the calls of an operation that succeeded according to their answer. */
  successes(operation: string): number {
    return this.emulator.journal
      .entries()
      .filter((entry) => entry.operation === operation && entry.status === 200).length;
  }

  get state(): AwsState {
    return this.emulator.state().aws as AwsState;
  }
}

/** The part of the emulated account's state that specs read. */
export interface AwsState {
  readonly fileSystems: readonly {
    readonly FileSystemId: string;
    readonly ResourceARN: string;
    readonly Lifecycle: string;
    readonly SubnetIds: readonly string[];
    readonly StorageCapacity?: number;
    readonly LustreConfiguration: { readonly MountName: string };
    readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
    readonly AdministrativeActions?: readonly {
      readonly AdministrativeActionType: string;
      readonly TargetFileSystemValues?: object;
    }[];
  }[];
  readonly backups: readonly {
    readonly BackupId: string;
    readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
  }[];
  readonly dataRepositoryAssociations: readonly {
    readonly AssociationId: string;
    readonly FileSystemId: string;
  }[];
  readonly networkInterfaces: readonly {
    readonly networkInterfaceId: string;
    readonly privateIpAddress: string;
  }[];
}

/** The operations of the controller, as the core runs them over the provider. */
export class Driver {
  constructor(
    readonly provider: FsxFileSystems,
    readonly operations: VolumeOperations,
  ) {}

  create(request: VolumeRequest): Promise<Volume> {
    return this.operations.create(request, context());
  }

  delete(volumeId: string): Promise<void> {
    return this.operations.delete(volumeId, context());
  }

  expand(volumeId: string, gib: number): Promise<Capacity> {
    return this.operations.expand(volumeId, { required: Capacity.gibibytes(gib) }, context());
  }

  modify(volumeId: string, parameters: Record<string, string>): Promise<void> {
    return this.operations.modify(volumeId, parameters, context());
  }

  get snapshots(): NonNullable<VolumeOperations['snapshots']> {
    const { snapshots } = this.operations;
    if (!snapshots) throw new Error('the provider has no snapshots');
    return snapshots;
  }

  async find(id: string): Promise<FileSystem | undefined> {
    return this.provider.find({ id, listingScope: 'us-west-2' }, still());
  }
}

/** A signal that never aborts. */
export const still = (): AbortSignal => new AbortController().signal;

/** Context of one call. */
export const context = (signal = still()): { readonly signal: AbortSignal; readonly log: Log } => ({
  signal,
  log: silent,
});

/** A request of 1200 GiB of PERSISTENT_2. */
export const request = (
  name: string,
  parameters: Record<string, string> = {},
  change: Partial<VolumeRequest> = {},
): VolumeRequest => ({
  name,
  capacityRange: { required: Capacity.gibibytes(1) },
  capabilities: [],
  parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', ...persistent2, ...parameters },
  mutableParameters: {},
  metadata: {},
  topology: { requisite: [], preferred: [] },
  ...change,
});

/** Repeats the check until it holds; fails after 10 seconds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Error with which a promise rejects; undefined where it resolves. */
export const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
