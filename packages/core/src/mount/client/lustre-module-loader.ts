import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandRunner } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';

/** How long the kernel gets to load the module and what it needs. Milliseconds. */
const PATIENCE_MS = 30_000;

/** Has the kernel load the Lustre module where it is installed and nothing has needed it yet. A mount does that anyway; this
 *  is for a node that waits for its client before anybody may mount. */
export class LustreModuleLoader {
  /** Its attempt is still in the kernel's hands. */
  #stuck = false;

  constructor(private readonly runner: Pick<CommandRunner, 'run'> = new CommandRunner()) {}

  /** Returns when the kernel has loaded the module, or has not: look for yourself (`readClientParts`). Takes half a minute at
   *  most. Never rejects.
   *
   *  The kernel runs modprobe(8) on the host, whatever this container has, as soon as mount(2) names a type that it does
   *  not know (get_fs_type in its fs/filesystems.c). `-i` goes there without mount.lustre. The mount itself always fails,
   *  since its source names no server. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#stuck || signal.aborted) return;
    const target = await mkdtemp(join(tmpdir(), 'lustre-csi-module-')).catch(() => undefined);
    if (target === undefined) return;
    try {
      const args = ['-i', '-t', 'lustre', 'none', target];
      await this.runner.run('mount', args, { signal, deadlineMs: PATIENCE_MS });
    } catch (error) {
      // Without mount(8) the module is still not there, which is seen.
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
