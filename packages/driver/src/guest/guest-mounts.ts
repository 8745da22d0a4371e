import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, parseMountSource, pause, systemClock, type Clock, type Log } from '@lustre-csi/core';
import type { GuestVolume } from '@lustre-csi/core/guest';
import type { NodeEngine } from '@lustre-csi/core/server';

/** Pause between two attempts, in milliseconds. */
const RETRY_MS = 5_000;

/** Dependencies of the mounts of a guest. */
export interface GuestMountsParts {
  readonly volumes: readonly GuestVolume[];
  readonly engine: Pick<NodeEngine, 'publish' | 'unpublish'>;
  /** Checks that the guest can mount. @throws Error with the reason and the next step */
  readonly check: () => Promise<void>;
  /** Returns true if something is mounted at a path. */
  readonly isMounted: (path: string) => Promise<boolean>;
  readonly log: Log;
  readonly clock?: Clock;
}

/** Mounts of a guest: all volumes of its pod, at the paths that they have on the node. */
export class GuestMounts {
  #started = false;
  #failure = 'the first attempt to mount is under way';

  constructor(private readonly parts: GuestMountsParts) {}

  /** Reason why containers cannot use the volumes yet; undefined: all were mounted. */
  notStarted(): string | undefined {
    return this.#started ? undefined : this.#failure;
  }

  /** Reason why a volume cannot be used now; undefined: all are mounted. Contacts no server. */
  async notReady(): Promise<string | undefined> {
    if (!this.#started) return this.#failure;
    for (const { targetPath } of this.parts.volumes) {
      if (!(await this.parts.isMounted(targetPath))) {
        return `${targetPath} is no longer mounted in this guest: restart the pod`;
      }
    }
    return undefined;
  }

  /** Mounts all volumes, and repeats what fails until it succeeds or the signal aborts. */
  async mount(signal: AbortSignal): Promise<void> {
    const { log, clock = systemClock } = this.parts;
    while (!signal.aborted) {
      try {
        await this.parts.check();
        for (const volume of this.parts.volumes) await this.#mount(volume, signal);
        this.#started = true;
        log.info({ volumes: this.parts.volumes.length }, 'all volumes of the pod are mounted');
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#failure = messageOf(error);
        log.warn({ err: error }, `the volumes of the pod are not mounted yet: ${this.#failure}`);
      }
      await pause(clock, RETRY_MS, signal).catch(() => {});
    }
  }

  /** Unmounts all volumes, the last one first: the kernel sends what is not written yet to the servers.
   *  @returns the number of volumes that are still mounted */
  async unmount(): Promise<number> {
    let remaining = 0;
    for (const { volumeId, targetPath } of this.parts.volumes.toReversed()) {
      try {
        await this.parts.engine.unpublish({ volumeId, targetPath }, new AbortController().signal);
        this.parts.log.info({ target: targetPath }, 'written and unmounted');
      } catch (error) {
        remaining += 1;
        this.parts.log.error(
          { err: error, target: targetPath },
          `data may be lost that was not written yet: ${messageOf(error)}`,
        );
      }
    }
    return remaining;
  }

  async #mount(volume: GuestVolume, signal: AbortSignal): Promise<void> {
    const { volumeId, targetPath, source, accessMode, readonly, mountFlags, settings, lnet } = volume;
    // The runtime creates the directories of a path only for containers that mount it, which start later.
    await mkdir(dirname(targetPath), { recursive: true, mode: 0o755 });
    await this.parts.engine.publish(
      {
        ...{ volumeId, targetPath, readonly },
        capability: { accessMode, fsType: '', mountFlags },
        source: parseMountSource(source),
        context: withoutSharing(settings),
        ...(lnet ? { lnet } : {}),
      },
      signal,
    );
  }
}

/** A client of its own for each volume: its unmount writes what is pending, before the guest ends. */
const withoutSharing = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => key.toLowerCase() !== 'mountsharing'));
