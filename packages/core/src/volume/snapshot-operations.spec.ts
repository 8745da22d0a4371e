import { beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { ParameterSchema } from '../provider/parameters.js';
import type { Snapshot, VolumeSnapshots } from '../provider/volume-snapshots.js';
import { MemoryCloud } from '../testing/memory-provider.js';
import { RememberedLog } from '../testing/remembered-log.js';
import { volumeRequest } from '../testing/volume-request.js';
import { Capacity } from '../model/capacity.js';
import type { SnapshotOperations } from './snapshot-operations.js';
import { VolumeOperations } from './volume-operations.js';

/** Snapshots in memory: taken by `create`, in any state that the test sets. */
class MemorySnapshots implements VolumeSnapshots {
  readonly parameters = new ParameterSchema('memory.lustre.test', {});
  readonly existing = new Map<string, Snapshot>();
  nameTag = (name: string): string => name;
  refusalReason = (): undefined => undefined;
  list = async (): Promise<readonly Snapshot[]> => [...this.existing.values()];
  find = async (id: string): Promise<Snapshot | undefined> => this.existing.get(id);
  delete = async ({ id }: Snapshot): Promise<void> => void this.existing.delete(id);
  create: VolumeSnapshots['create'] = async ({ name }, { id: sourceVolumeId }) => {
    const cut: Snapshot = {
      id: `backup-${this.existing.size + 1}`,
      name,
      sourceVolumeId,
      state: 'pending',
      cloudState: 'CREATING',
      createdAt: new Date(0),
      restoreSize: Capacity.gibibytes(1200),
    };
    this.existing.set(cut.id, cut);
    return cut;
  };
  set(id: string, change: Partial<Snapshot>): void {
    const known = this.existing.get(id);
    if (known) this.existing.set(id, { ...known, ...change });
  }
}

class CloudWithSnapshots extends MemoryCloud {
  readonly snapshots = new MemorySnapshots();
}

let cloud: CloudWithSnapshots;
let volumes: VolumeOperations;
let source: string;

const log = new RememberedLog();
const call = (): { signal: AbortSignal; log: RememberedLog } => ({
  signal: new AbortController().signal,
  log,
});
const snapshots = (): SnapshotOperations => volumes.snapshots as SnapshotOperations;
const take = (name = 'snap-1', sourceVolumeId = source): Promise<Snapshot> =>
  snapshots().create({ name, sourceVolumeId, parameters: {} }, call());
const failing = (kind: string, words: RegExp): object => ({
  kind,
  message: expect.stringMatching(words) as string,
});

/** A volume, made at once. */
async function make(name: string, snapshotId?: string): Promise<string> {
  const contentSource =
    snapshotId === undefined ? {} : { contentSource: { kind: 'snapshot', id: snapshotId } as const };
  cloud.after = (entry) => {
    if (entry.startsWith('create')) cloud.settle();
  };
  return (await volumes.create(volumeRequest({ name, ...contentSource }), call())).id;
}

beforeEach(async () => {
  cloud = new CloudWithSnapshots();
  volumes = new VolumeOperations(cloud, log);
  source = await make('pvc-1');
});

describe('CreateSnapshot', () => {
  it('takes one, and gives it again', async () => {
    const taken = await take();
    cloud.snapshots.set(taken.id, { state: 'ready' });
    expect(await take()).toEqual({ ...taken, state: 'ready' });
    expect(cloud.snapshots.existing.size).toBe(1);
  });

  it('gives what was taken though its volume is gone since', async () => {
    const taken = await take();
    cloud.fileSystems.clear();
    expect(await take()).toEqual(taken);
    await expect(take('snap-2')).rejects.toMatchObject(failing('not-found', /nothing to take a snapshot of/));
  });

  it('refuses the name of another volume’s', async () => {
    const taken = await take();
    const other = await make('pvc-2');
    await expect(take('snap-1', other)).rejects.toMatchObject(
      failing('already-exists', new RegExp(`exists as ${taken.id}, of volume ${source}`)),
    );
  });

  it('ends for good where the cloud has failed: else the VolumeSnapshot could never be deleted', async () => {
    const { id } = await take();
    cloud.snapshots.set(id, { state: 'failed', cloudState: 'FAILED', stateDetail: 'no space' });
    await expect(take()).rejects.toMatchObject(
      failing('failed-precondition', /is FAILED: no space\. Delete the VolumeSnapshot/),
    );
    await snapshots().delete(id, call());
    expect(cloud.snapshots.existing.size).toBe(0);
  });
});

describe('CreateVolume from a snapshot that is gone', () => {
  it('ends for good where nothing was made', async () => {
    await expect(make('pvc-2', 'backup-9')).rejects.toMatchObject(
      failing('not-found', /no snapshot "backup-9"/),
    );
  });

  it('is repeated where the file system has been made', async () => {
    const { id } = await take();
    cloud.snapshots.set(id, { state: 'ready' });
    const made = await make('pvc-2', id);
    cloud.snapshots.existing.clear();
    const words = new RegExp(`no snapshot "${id}" .*File system ${made} of this volume exists and is billed`);
    await expect(make('pvc-2', id)).rejects.toMatchObject(failing('unavailable', words));
  });
});

describe('what stands against creating a volume', () => {
  it('matters only where none exists', async () => {
    const plan = cloud.plan.bind(cloud);
    cloud.plan = async (request) => ({
      ...(await plan(request)),
      refusal: new DriverError('resource-exhausted', 'no subnet there'),
    });
    expect(await make('pvc-1')).toBe(source);
    await expect(make('pvc-2')).rejects.toMatchObject(failing('resource-exhausted', /no subnet there/));
    expect(cloud.fileSystems.size).toBe(1);
  });
});
