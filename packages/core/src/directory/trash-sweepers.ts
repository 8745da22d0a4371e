import type { Log } from '../model/log.js';
import type { Clock } from '../concurrency/clock.js';
import type { DirectoryFileSystems } from './directory-file-systems.js';
import { basePathKey, type BasePathRecord } from './base-path-records.js';
import type { TrashLeft } from './registry/worker-protocol.js';
import { TrashSweeper } from './trash-sweeper.js';

const nothingToSweep = {
  removed: 0,
  isDone: true,
  hasUnfinished: false,
  stuck: [],
  failed: 0,
  failures: [],
  left: { volumes: 0 },
} as const;

/** A sweeper for each base path that has ever been worked on. */
export class TrashSweepers {
  readonly #sweepers = new Map<string, TrashSweeper>();

  constructor(
    private readonly fileSystems: DirectoryFileSystems,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  /** Trash of all base paths, as the last looks at it have found it. */
  get left(): TrashLeft {
    const all = [...this.#sweepers.values()].map(({ left }) => left);
    const since = all.map((left) => left.since).filter((time) => time !== undefined);
    const volumes = all.reduce((sum, left) => sum + left.volumes, 0);
    return { volumes, ...(since.length === 0 ? {} : { since: Math.min(...since) }) };
  }

  of(basePath: BasePathRecord): TrashSweeper {
    const key = basePathKey(basePath);
    const sweeper = this.#sweepers.get(key) ?? this.#sweeperOf(basePath);
    this.#sweepers.set(key, sweeper);
    return sweeper;
  }

  #sweeperOf({ parent, base }: BasePathRecord): TrashSweeper {
    return new TrashSweeper(
      async (budget, orphans, signal, order) => {
        const found = await this.fileSystems.find(parent, signal);
        if (!found) return nothingToSweep;
        return found.mounted.run({ operation: 'sweep', base, budget, orphans, order }, signal);
      },
      this.log.child({ parent, basePath: base.join('/') }),
      this.clock,
    );
  }
}
