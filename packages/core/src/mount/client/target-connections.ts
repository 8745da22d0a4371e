import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../concurrency/clock.js';
import { canonicalNid, type LustreMountSource } from '../../model/mount-source.js';
import type { CommandRunner } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';
import { connectionsIn, isLost, type TargetConnection } from './import-report.js';

/** Target of a file system that a client of this node has lost. */
export interface LostTarget {
  /** Target, such as `lustrefs-OST0001`. */
  readonly target: string;
  readonly state: string;
  /** Seconds for which it has been without connection. */
  readonly seconds: number;
}

export interface TargetConnectionsOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly clock: Clock;
  /** Directory that is the root for /proc and /sys. */
  readonly root?: string;
}

/** Directories of the kernel's reports: clients up to 2.16 have them in /proc, later ones in debugfs, for root alone. */
const DIRECTORIES = ['osc', 'mdc'].flatMap((device) => [
  `proc/fs/lustre/${device}`,
  `sys/kernel/debug/lustre/${device}`,
]);
/** Age up to which a report is used again, since every volume of a file system asks. Milliseconds. */
const FRESH_MS = 15_000;
const READ_MS = 3_000;
/** Bytes of a report: some kilobytes for each target. */
const OUTPUT_LIMIT = 8 * 1024 * 1024;
/** Time without connection from which a target counts as lost, in seconds: a failover or an eviction is shorter. */
const LOST_AFTER_SECONDS = 60;
/** Most targets that one message names. */
const MAX_NAMED = 4;

/** Age up to which a finding counts in metrics: kubelet measures each volume every minute or two. Milliseconds. */
const REMEMBERED_MS = 5 * 60_000;

interface Finding {
  readonly at: number;
  readonly targets: readonly LostTarget[];
}

interface Report {
  readonly at: number;
  readonly text: Promise<string>;
}

/**
 * Connections of the node's clients to the targets of their file systems. With `lazystatfs`, the default of clients, a file
 * system answers although a storage target is lost, and every access to files on it hangs: only the connections show it. The
 * kernel keeps their state in memory and contacts no server for it; a child with a deadline reads it all the same.
 */
export class TargetConnections {
  #report: Report | undefined;
  #isStuck = false;
  /** First time at which a lost connection was seen, by target and client, where the kernel's history does not show it. */
  readonly #firstSeen = new Map<string, number>();
  /** Lost targets that the last look has shown, by file system. */
  readonly #lost = new Map<string, Finding>();

  constructor(private readonly options: TargetConnectionsOptions) {}

  /** Lost targets as the last look at each file system has shown them. Reads nothing, and leaves out a file system that is no
   *  longer looked at. */
  get lost(): readonly LostTarget[] {
    const oldest = this.options.clock.now() - REMEMBERED_MS;
    return [...this.#lost.values()].filter(({ at }) => at >= oldest).flatMap(({ targets }) => targets);
  }

  /** Looks for targets of a file system that the node has lost. Empty where nothing is known, too: without lctl(8) and the
   *  kernel's files, or if it takes too long. Never throws. */
  async lostTargets(source: LustreMountSource): Promise<readonly LostTarget[]> {
    const key = `${source.fsname} ${source.mgsNodes.flat().join(' ')}`;
    const all = connectionsIn(await this.#text(), source.fsname);
    const lost = this.#lostIn(ofFileSystem(all, source));
    if (lost.length > 0) this.#lost.set(key, { at: this.options.clock.now(), targets: lost });
    else this.#lost.delete(key);
    return lost;
  }

  #lostIn(connections: readonly TargetConnection[]): readonly LostTarget[] {
    const now = this.options.clock.now();
    return connections
      .map((connection) => ({ ...connection, seconds: this.#secondsLost(connection, now) }))
      .filter(({ seconds }) => seconds >= LOST_AFTER_SECONDS)
      .map(({ target, state, seconds }) => ({ target, state, seconds }));
  }

  #secondsLost({ target, instance, state, lostSince }: TargetConnection, now: number): number {
    const key = `${target} ${instance}`;
    if (!isLost(state)) {
      this.#firstSeen.delete(key);
      return 0;
    }
    const firstSeen = this.#firstSeen.get(key) ?? now;
    this.#firstSeen.set(key, firstSeen);
    const seen = (now - firstSeen) / 1000;
    // The kernel's times are those of the day.
    const shown = lostSince === undefined ? 0 : Date.now() / 1000 - lostSince;
    return Math.round(Math.max(seen, shown));
  }

  async #text(): Promise<string> {
    const now = this.options.clock.now();
    if (!this.#report || now - this.#report.at >= FRESH_MS) this.#report = { at: now, text: this.#read() };
    return this.#report.text;
  }

  async #read(): Promise<string> {
    const files = await this.#files();
    if (files.length > 0) return this.#run('tail', ['-v', '-n', '+1', ...files]);
    const parameters = ['osc', 'mdc'].flatMap((device) => [`${device}.*.import`, `${device}.*.state`]);
    return this.#run('lctl', ['get_param', ...parameters]);
  }

  async #files(): Promise<readonly string[]> {
    const { root = '/' } = this.options;
    const listed = await Promise.all(
      DIRECTORIES.map(async (directory) => {
        const path = join(root, directory);
        const names = await readdir(path).catch((): string[] => []);
        return names
          .filter((name) => /-(?:osc|mdc)-[0-9a-f]+$/.test(name))
          .flatMap((name) => [join(path, name, 'import'), join(path, name, 'state')]);
      }),
    );
    return listed.flat();
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    if (this.#isStuck) return '';
    const signal = new AbortController().signal;
    try {
      const options = { signal, deadlineMs: READ_MS, graceMs: 0, outputLimit: OUTPUT_LIMIT };
      return (await this.options.runner.run(program, args, options)).stdout;
    } catch (error) {
      if (error instanceof StuckChildError) this.#waitFor(error.child.ended);
      return '';
    }
  }

  #waitFor(ended: Promise<void>): void {
    this.#isStuck = true;
    void ended.then(() => (this.#isStuck = false));
  }
}

/** Leaves out the clients of another file system of the same name: their servers have other NIDs. Where no
 *  management server is also a server of a target, the client must be the only one. */
function ofFileSystem(
  connections: readonly TargetConnection[],
  { mgsNodes }: LustreMountSource,
): readonly TargetConnection[] {
  const wanted = new Set(mgsNodes.flat().map(canonicalNid));
  const isKnown = ({ nids }: TargetConnection): boolean => nids.some((nid) => wanted.has(canonicalNid(nid)));
  const instances = new Set(connections.filter(isKnown).map(({ instance }) => instance));
  const all = new Set(connections.map(({ instance }) => instance));
  const own = instances.size > 0 || all.size > 1 ? instances : all;
  return connections.filter(({ instance }) => own.has(instance));
}

/** Describes lost targets for a message; undefined: none is lost. */
export function describeLostTargets(lost: readonly LostTarget[]): string | undefined {
  if (lost.length === 0) return undefined;
  const each = lost
    .slice(0, MAX_NAMED)
    .map(({ target, state, seconds }) => `${target} (${state}, for ${formatSeconds(seconds)})`);
  const more = lost.length > MAX_NAMED ? ` and ${lost.length - MAX_NAMED} more` : '';
  return `the client has no connection to ${each.join(', ')}${more}: access to files there hangs until the servers answer`;
}

const formatSeconds = (seconds: number): string =>
  seconds < 120
    ? `${seconds} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;
