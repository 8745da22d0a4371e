import type { Backup } from '@aws-sdk/client-fsx';
import {
  DriverError,
  isDriverError,
  isUsable,
  type FileSystem,
  type Snapshot,
  type SnapshotRequest,
  type VolumeSnapshots,
} from '@lustre-csi/core';
import { clientRequestToken } from '../api/client-request-token.js';
import type { FsxApi } from '../api/fsx-api.js';
import { snapshotParameterSchema } from '../parameters/snapshot-parameters.js';
import { nameTag, sdkTags, tagKeys, tagLimits, tagsOf, type Tags } from '../parameters/tags.js';
import type { Viewpoint } from '../plan/to-file-system.js';
import { toSnapshot } from '../plan/to-snapshot.js';
import { parseVolumeHandle } from '../node/volume-handle.js';

/** API reference, Backup: BackupId. */
const BACKUP_ID = /^backup-[0-9a-f]{8,}$/;

/** Snapshots as user-initiated backups: whole file systems, kept outside of them, restored to new ones. */
export class FsxSnapshots implements VolumeSnapshots {
  readonly parameters = snapshotParameterSchema;

  constructor(
    private readonly api: FsxApi,
    private readonly view: Viewpoint,
  ) {}

  nameTag(name: string): string {
    return nameTag(name);
  }

  refusalReason(fileSystem: FileSystem): string | undefined {
    return objectionTo(fileSystem);
  }

  async list(signal: AbortSignal): Promise<readonly Snapshot[]> {
    const found = await this.api.describeAllBackups(signal);
    return found.flatMap((each) => toSnapshot(each, this.view) ?? []);
  }

  async find(snapshotId: string, signal: AbortSignal): Promise<Snapshot | undefined> {
    if (!BACKUP_ID.test(snapshotId)) return undefined;
    const found = await this.api.describeBackup(snapshotId, signal);
    return found && toSnapshot(found, this.view);
  }

  async create(request: SnapshotRequest, fileSystem: FileSystem, signal: AbortSignal): Promise<Snapshot> {
    const { tags = {}, copyTags = false } = snapshotParameterSchema.read(request.parameters);
    const name = nameTag(request.name);
    const copied = copyTags ? await this.#copiedTags(fileSystem.id, signal) : {};
    const cluster = this.view.clusterId === '' ? {} : { [tagKeys.cluster]: this.view.clusterId };
    const all = { ...copied, ...tags, ...cluster, [tagKeys.snapshotName]: name };
    refuseTooMany(all);
    const made = await this.#start(
      {
        FileSystemId: fileSystem.id,
        ClientRequestToken: clientRequestToken('backup', [name, this.view.clusterId]),
        Tags: sdkTags(all),
      },
      signal,
    );
    const snapshot = toSnapshot(made, this.view);
    if (snapshot) return snapshot;
    throw new DriverError(
      'unavailable',
      'CreateBackup failed: the answer cannot be read as a backup of a Lustre file system. The next listing shows ' +
        'what exists',
    );
  }

  async delete(snapshot: Snapshot, signal: AbortSignal): Promise<void> {
    await this.api.deleteBackup(snapshot.id, signal);
  }

  async #copiedTags(fileSystemId: string, signal: AbortSignal): Promise<Tags> {
    const found = await this.api.describe(fileSystemId, signal);
    const own = new Set<string>([tagKeys.volumeName]);
    const others = Object.entries(tagsOf(found?.Tags)).filter(
      ([key]) => !own.has(key) && !/^(lustre\.csi\/|aws:)/i.test(key),
    );
    return Object.fromEntries(others);
  }

  /** Starts the backup. A refusal concerns the file system, not a parameter. */
  async #start(request: Parameters<FsxApi['createBackup']>[0], signal: AbortSignal): Promise<Backup> {
    try {
      return await this.api.createBackup(request, signal);
    } catch (error) {
      if (!isDriverError(error, 'invalid-argument')) throw error;
      throw new DriverError('failed-precondition', error.message, { cause: error });
    }
  }
}

/** Refusal reason, or undefined: backups need PERSISTENT without S3 link (Lustre User Guide, working with backups). */
function objectionTo(fileSystem: FileSystem): string | undefined {
  const { deploymentType = '', s3ImportPath, dataRepositoryAssociations } = fileSystem.attributes;
  if (parseVolumeHandle(fileSystem.id)?.shared) {
    return (
      `volume "${fileSystem.id}" is one of several on its file system, and a backup would contain the whole file ` +
      'system. Make that backup in FSx itself'
    );
  }
  if (!isUsable(fileSystem)) return `file system ${fileSystem.id} is ${fileSystem.cloudState}`;
  if (deploymentType.startsWith('SCRATCH')) {
    return (
      `file system ${fileSystem.id} is ${deploymentType}: FSx makes backups of PERSISTENT_1 and PERSISTENT_2 only. ` +
      'Copy the data to a volume of such a deploymentType, or to S3'
    );
  }
  const linked = s3ImportPath !== undefined || (dataRepositoryAssociations ?? 'none') !== 'none';
  return linked
    ? `file system ${fileSystem.id} is linked to S3: FSx makes no backups of such file systems; their data can be ` +
        'exported to the bucket instead'
    : undefined;
}

function refuseTooMany(tags: Tags): void {
  const count = Object.keys(tags).length;
  if (count <= tagLimits.count) return;
  throw new DriverError(
    'invalid-argument',
    `the backup would get ${count} tags with those of parameters "tags" and "copyTags"; legal: at most ${tagLimits.count}`,
  );
}
