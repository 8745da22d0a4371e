import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandRunner } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';

/** Time for the kernel to load the module and its dependencies, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Makes the kernel load the Lustre module where it is installed but not yet used. A mount does the same; this is for a node
 *  that waits for its client before pods may mount. */
export class LustreModuleLoader {
  /** True while an attempt is blocked in the kernel. */
  #stuck = false;

  constructor(private readonly runner: Pick<CommandRunner, 'run'> = new CommandRunner()) {}

  /** Attempts to load the module; `readClientParts` shows the outcome. Takes half a minute at most. Never rejects.
   *
   *  The kernel runs modprobe(8) on the host, not in this container, as soon as mount(2) names an unknown type (get_fs_type
   *  in its fs/filesystems.c). `-i` skips mount.lustre. The mount itself always fails, since its source names no server. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#stuck || signal.aborted) return;
    const target = await mkdtemp(join(tmpdir(), 'lustre-csi-module-')).catch(() => undefined);
    if (target === undefined) return;
    try {
      const args = ['-i', '-t', 'lustre', 'none', target];
      await this.runner.run('mount', args, { signal, deadlineMs: PATIENCE_MS });
    } catch (error) {
      // Without mount(8) the module stays unloaded, which readClientParts shows.
      if (error instanceof StuckChildError) this.#waitFor(error.child.ended);
    } finally {
      await rmdir(target).catch(() => {});
    }
  }

  #waitFor(ended: Promise<void>): void {
    this.#stuck = true;
    void ended.then(() => (this.#stuck = false));
  }
}
