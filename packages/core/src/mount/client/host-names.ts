import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { systemClock, type Clock } from '../../concurrency/clock.js';
import { deadlineIn } from '../../concurrency/deadline-in.js';
import { Limiter } from '../../concurrency/limiter.js';
import { waitWithLimits } from '../../concurrency/wait-with-limits.js';
import { DriverError, messageOf } from '../../errors/driver-error.js';
import { canonicalNid, formatMountSource, type LustreMountSource } from '../../model/mount-source.js';

export interface HostNamesOptions {
  readonly clock?: Clock;
  /** Resolves a name to its first IPv4 address, as mount.lustre does. Default: the resolver of the system. */
  readonly resolve?: (name: string) => Promise<string>;
  readonly deadlineMs?: number;
}

const LOOKUP_MS = 5_000;
/** Lookups at once: each occupies one of the four threads that all file operations of this process share. */
const LOOKUPS = { limit: 2, holdMs: 60_000 };
/** LNet networks whose addresses are IPv4 addresses. */
const NAMED_NETWORK = /^(?:tcp|o2ib|efa|kfi)\d*$/;

/**
 * Host names in mount sources. The driver resolves them itself: mount.lustre 2.17 would resolve them too, but the mount table
 * then shows the first NID as it was written, without the others and without the sub-directory.
 */
export class HostNames {
  readonly #running = new Map<string, Promise<string>>();
  readonly #clock: Clock;
  readonly #limiter: Limiter;

  constructor(private readonly options: HostNamesOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#limiter = new Limiter({ ...LOOKUPS, clock: this.#clock });
  }

  /** Returns the source with addresses in place of names, and with the usual names of networks (`tcp0` is `tcp`).
   *  @throws DriverError unavailable, naming the host */
  async resolve(source: LustreMountSource): Promise<LustreMountSource> {
    const mgsNodes = await Promise.all(
      source.mgsNodes.map((nids) => Promise.all(nids.map((nid) => this.#resolveNid(nid, source)))),
    );
    return { ...source, mgsNodes };
  }

  async #resolveNid(nid: string, source: LustreMountSource): Promise<string> {
    const [host = '', network = ''] = canonicalNid(nid).split('@');
    if (isIPv4(host) || !NAMED_NETWORK.test(network)) return canonicalNid(nid);
    try {
      return `${await this.#lookUp(host)}@${network}`;
    } catch (error) {
      throw new DriverError(
        'unavailable',
        `nothing was mounted: the host name ${host} of the NID ${nid} in ${formatMountSource(source)} cannot be resolved ` +
          `on this node (${codeOf(error)}): check the name, and that the node's DNS resolves names of the file ` +
          "system's network",
        { cause: error },
      );
    }
  }

  async #lookUp(name: string): Promise<string> {
    const { deadlineMs = LOOKUP_MS, resolve = firstAddress } = this.options;
    const run = (): Promise<string> =>
      this.#limiter.run(name, () => resolve(name), new AbortController().signal);
    const running = this.#running.get(name) ?? run().finally(() => this.#running.delete(name));
    running.catch(() => {}); // It may fail after its last caller has left.
    this.#running.set(name, running);
    const end = await waitWithLimits(running, deadlineIn(deadlineMs, this.#clock), this.#clock);
    if (end !== 'done') throw new Error(`no answer within ${deadlineMs / 1000} s`);
    return running;
  }
}

const firstAddress = async (name: string): Promise<string> => (await lookup(name, { family: 4 })).address;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? messageOf(error);
