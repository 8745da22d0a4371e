import type { MountTable } from '../table/mount-table.js';

/** Time for which a client stays mounted that was mounted after its callers had left. kubelet repeats a publish at least every
 *  two minutes. */
const KEEP_MS = 150_000;

/** Clients whose mount continues without a caller, or has ended so recently that the caller may come back. */
export class KeptClients {
  /** Paths, each with what keeps it. */
  readonly #paths = new Map<string, object>();

  /** @param onRelease called when a client is no longer kept */
  constructor(
    private readonly readMountTable: () => Promise<MountTable>,
    private readonly onRelease: () => void,
  ) {}

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** Keeps a client until its mount has ended, and then, if it is mounted, for the next attempt of its callers. */
  async keep(path: string, ended: Promise<void>): Promise<void> {
    if (this.#paths.has(path)) return;
    const keeper = {};
    this.#paths.set(path, keeper);
    await ended;
    const table = await this.readMountTable().catch(() => undefined);
    if (table && !table.at(path)) this.#release(path, keeper);
    else setTimeout(() => this.#release(path, keeper), KEEP_MS).unref(); // unref: the process may end first; its successor sweeps.
  }

  /** Ends the keeping of a client that a caller uses now. */
  use(path: string): void {
    this.#paths.delete(path);
  }

  #release(path: string, keeper: object): void {
    if (this.#paths.get(path) !== keeper) return;
    this.#paths.delete(path);
    this.onRelease();
  }
}
