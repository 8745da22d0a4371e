import type { Log } from '../model/log.js';
import type { Clock } from '../concurrency/clock.js';
import type { DirectoryFileSystems } from './directory-file-systems.js';
import { basePathKey, type BasePathRecord } from './base-path-records.js';
import { TrashSweeper } from './trash-sweeper.js';

const nothingToSweep = { removed: 0, isDone: true, hasUnfinished: false, trouble: [] } as const;

/** A sweeper for each base path that has ever been worked on. */
export class TrashSweepers {
  readonly #sweepers = new Map<string, TrashSweeper>();

  constructor(
    private readonly fileSystems: DirectoryFileSystems,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  of(place: BasePathRecord): TrashSweeper {
    const key = basePathKey(place);
    const sweeper = this.#sweepers.get(key) ?? this.#sweeperOf(place);
    this.#sweepers.set(key, sweeper);
    return sweeper;
  }

  #sweeperOf({ host, base }: BasePathRecord): TrashSweeper {
    return new TrashSweeper(
      async (budget, orphans, signal) => {
        const found = await this.fileSystems.find(host, signal);
        if (!found) return nothingToSweep;
        return found.mounted.run({ operation: 'sweep', base, budget, orphans }, signal);
      },
      this.log.child({ host, basePath: base.join('/') }),
      this.clock,
    );
  }
}
