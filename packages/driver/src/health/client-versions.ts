import { systemClock, type Clock } from '@lustre-csi/core';
import { readClientVersions, type ClientVersions } from '@lustre-csi/core/server';

/** Age from which known releases are read again: it takes a process. Milliseconds. */
const KNOWN_MS = 10 * 60_000;
/** Age from which unknown releases are read again. Milliseconds. */
const UNKNOWN_MS = 30_000;

/** Releases of the node's Lustre client, which may be installed or replaced at any time. */
export class CurrentClientVersions {
  #last: { readonly versions: Promise<ClientVersions>; readonly at: number } | undefined;
  #maxAgeMs = UNKNOWN_MS;

  constructor(
    private readonly read: () => Promise<ClientVersions> = readClientVersions,
    private readonly clock: Pick<Clock, 'now'> = systemClock,
  ) {}

  /** Releases, as of some minutes ago at most. Never throws. */
  async current(): Promise<ClientVersions> {
    const now = this.clock.now();
    if (!this.#last || now - this.#last.at >= this.#maxAgeMs) {
      this.#last = { versions: this.read(), at: now };
      const { module } = await this.#last.versions;
      this.#maxAgeMs = module === undefined ? UNKNOWN_MS : KNOWN_MS;
    }
    return this.#last.versions;
  }
}
