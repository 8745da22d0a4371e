import type { World } from '../../world/world.js';
import { conflict, invalidParameter } from '../arm/arm-error.js';
import type { ArchiveStatus, FileSystem } from '../file-systems/file-system.js';
import { busy, type FileSystems } from '../file-systems/file-systems.js';
import { noContainer } from './blob-jobs.js';

/** Archives of file systems to their blob containers: one at a time for each, done after `updateSeconds`. */
export class Archives {
  readonly #callOffs = new WeakMap<FileSystem, () => void>();

  constructor(
    private readonly world: World,
    fileSystems: FileSystems,
  ) {
    fileSystems.onDeletion((fileSystem) => this.#callOffs.get(fileSystem)?.());
  }

  /** Starts an archive: POST archive. @throws ArmError without a container, and while one is in progress */
  start(fileSystem: FileSystem, path: string): void {
    if (!path.startsWith('/'))
      throw invalidParameter('filesystemPath', `'${path}' must begin with a forward slash.`);
    if (fileSystem.provisioningState !== 'Succeeded') throw busy(fileSystem);
    if (!fileSystem.spec.hsmSettings) throw noContainer(fileSystem);
    if (fileSystem.archive?.state === 'InProgress')
      throw conflict(`The amlFilesystem '${fileSystem.name}' has an archive operation in progress.`);
    const archive: ArchiveStatus = { path, state: 'InProgress', startedAt: this.world.now() };
    fileSystem.archive = archive;
    const callOff = this.world.after(this.world.durations.updateSeconds, () =>
      this.#end(archive, 'Completed'),
    );
    this.#callOffs.set(fileSystem, callOff);
  }

  /** Cancels an archive: POST cancelArchive. Has no effect where none is in progress. */
  cancel(fileSystem: FileSystem): void {
    if (!fileSystem.spec.hsmSettings) throw noContainer(fileSystem);
    if (fileSystem.archive?.state !== 'InProgress') return;
    this.#callOffs.get(fileSystem)?.();
    this.#end(fileSystem.archive, 'Canceled');
  }

  #end(archive: ArchiveStatus, state: 'Completed' | 'Canceled'): void {
    archive.state = state;
    archive.completedAt = this.world.now();
  }
}
