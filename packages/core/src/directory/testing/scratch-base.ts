import { mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { directoryKey } from '../directory-handle.js';
import { runTask } from '../registry/directory-tasks.js';
import type {
  DirectorySettings,
  BasePathLocation,
  SweepOrder,
  WorkerTask,
  WorkerResults,
} from '../registry/worker-protocol.js';

/** A mount point, as the worker demands it, in which anybody may make something: the system's tmpfs. */
const ROOT = '/dev/shm';

/** A base path whose volumes the worker's own code makes and deletes, in this process and without Lustre. */
export class ScratchBase {
  readonly top = mkdtempSync(join(ROOT, 'directories-'));
  readonly location: BasePathLocation = { root: ROOT, base: [basename(this.top), 'base'] };

  path(...names: readonly string[]): string {
    return join(this.top, 'base', ...names);
  }

  registry(...names: readonly string[]): string {
    return this.path('.lustre-csi', ...names);
  }

  /** As the worker names a file. */
  fromRoot(file: string): string {
    return file.slice(ROOT.length + 1);
  }

  /** A volume, at `team/NAME` unless the path says otherwise. */
  make(
    name: string,
    settings: Partial<DirectorySettings> = {},
    path: readonly string[] = ['team', name],
  ): void {
    runTask(this.creation(name, settings, path));
  }

  /** Task that makes a volume. */
  creation(
    name: string,
    settings: Partial<DirectorySettings>,
    path: readonly string[],
  ): WorkerTask & { readonly operation: 'create' } {
    const usual = {
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      mode: 0o755,
      stripe: [],
      quota: 'none',
      onDelete: 'delete',
      node: {},
    } as const;
    return {
      operation: 'create',
      location: this.location,
      desired: {
        name,
        key: directoryKey(name),
        path,
        capacityBytes: '0',
        range: {},
        settings: { ...usual, ...settings },
        projectIds: { first: 1, last: 2 },
      },
    };
  }

  delete(name: string): void {
    runTask({ operation: 'delete', location: this.location, key: directoryKey(name) });
  }

  sweep(orphans = false, order?: SweepOrder): WorkerResults['sweep'] {
    const task = { operation: 'sweep', location: this.location, budget: 100, orphans } as const;
    return runTask(order ? { ...task, order } : task) as WorkerResults['sweep'];
  }

  remove(): void {
    rmSync(this.top, { recursive: true });
  }
}
