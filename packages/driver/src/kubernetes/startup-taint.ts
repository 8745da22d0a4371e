import { messageOf, pause, type Clock, type Log } from '@lustre-csi/core';
import {
  describeMissingClient,
  isComplete,
  lacksModuleAlone,
  type ClientParts,
} from '@lustre-csi/core/server';
import type { KubernetesNode, NodeApiError } from './kubernetes-node.js';
import { effectsOf, taintRemoval } from './taint-removal.js';

/** First pause, in milliseconds. */
const FIRST_DELAY_MS = 1_000;
/** Longest pause between reads of the API server, in milliseconds. */
const LONGEST_DELAY_MS = 30_000;
/** Pause between checks of this node alone, in milliseconds. */
const CLIENT_DELAY_MS = 5_000;
/** Interval of attempts to load the module, in milliseconds: one that fails writes to the kernel's log. */
const LOAD_EVERY_MS = 30_000;
/** Time in milliseconds after which no taint is expected any more; autoscalers set one after the driver is ready. */
const EXPECTED_FOR_MS = 5 * 60_000;
/** Number of patches that are built again at once because another client changed the node meanwhile. */
const CONFLICTS = 5;

/** Result of the last look at the startup taint, for metrics. */
export interface StartupTaintState {
  /** True: the node has the taint. Absent: unknown. */
  present?: boolean;
}

/** Inputs of the decision about the startup taint. */
export interface StartupTaintParts {
  readonly driverName: string;
  readonly node: Pick<KubernetesNode, 'name' | 'read' | 'patch' | 'registeredDrivers'>;
  /** Reports that kubelet has registered the driver with this process, if the process has seen it. */
  readonly isRegistered: () => boolean;
  /** Reads the installed parts of a Lustre client. */
  readonly readClient: () => Promise<ClientParts>;
  /** Makes the kernel load the installed module. */
  readonly loadModule: (signal: AbortSignal) => Promise<void>;
  /** Release of this node's kernel (`uname -r`). */
  readonly kernel: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Written at each look. */
  readonly state?: StartupTaintState;
  /** Random number from 0 to 1. */
  readonly random: () => number;
}

/** Reason for which the taint stays for now. */
interface Wait {
  /** Key of the reason: reasons with the same key are logged once. */
  readonly on: string;
  readonly message: string;
}

/** Key of the taint that keeps pods away from a node until the driver can mount there; that of the Go drivers. */
export const startupTaintKey = (driverName: string): string => `${driverName}/agent-not-ready`;

/** Removes the startup taint from this node once the node can mount: the driver serves (or this would not run), the Lustre
 *  client is installed, and kubelet has registered the driver. Removes all taints with the key, of any effect. */
export class StartupTaint {
  readonly #key: string;
  readonly #state: StartupTaintState;
  #wait: Wait | undefined;
  #loadFrom = 0;

  constructor(private readonly parts: StartupTaintParts) {
    this.#key = startupTaintKey(parts.driverName);
    this.#state = parts.state ?? {};
  }

  /** Runs until the taint is removed and none is expected any more, or until the signal. To be called when the driver
   *  serves. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.parts;
    const lookUntil = clock.now() + EXPECTED_FOR_MS;
    try {
      let round = 0;
      do {
        await pause(clock, this.#delayMs(round), signal);
        const before = this.#wait;
        this.#wait = await this.#attempt(signal);
        round = this.#wait?.on === before?.on ? round + 1 : 0;
        if (this.#wait && round === 0) this.#say(this.#wait);
      } while (this.#wait || clock.now() < lookUntil);
    } catch (error) {
      if (!signal.aborted)
        log.error({ err: error }, `the driver does not check the taint ${this.#key} any more`);
    }
  }

  /** Pause that doubles with each round, with jitter for nodes that start together. */
  #delayMs(round: number): number {
    const longest = this.#wait?.on === 'client' ? CLIENT_DELAY_MS : LONGEST_DELAY_MS;
    return Math.min(longest, FIRST_DELAY_MS * 2 ** Math.min(round, 10)) * (0.5 + this.parts.random() / 2);
  }

  #say({ message }: Wait): void {
    const { log, node } = this.parts;
    log.warn({ node: node.name, taint: this.#key }, `the taint ${this.#key} stays on the node: ${message}`);
  }

  /** Checks the node, and removes the taint if the node can mount.
   *  @returns the reason to wait; undefined if the node does not have the taint (any more) */
  async #attempt(signal: AbortSignal): Promise<Wait | undefined> {
    // While parts are missing on this node, requests to the API server would be useless.
    const stillMissing = this.#wait?.on === 'client' ? await this.#missingClient(signal) : undefined;
    if (stillMissing) return stillMissing;
    try {
      const { taints } = await this.parts.node.read(signal);
      this.#state.present = effectsOf(taints, this.#key).length > 0;
      if (!this.#state.present) return undefined;
      return (
        (await this.#missingClient(signal)) ??
        (await this.#missingRegistration(signal)) ??
        (await this.#remove(taints, signal))
      );
    } catch (error) {
      if (signal.aborted) throw error;
      return { on: `api ${statusOf(error) ?? ''}`, message: messageOf(error) };
    }
  }

  async #missingClient(signal: AbortSignal): Promise<Wait | undefined> {
    const { readClient, loadModule, kernel, clock } = this.parts;
    let client = await readClient();
    if (lacksModuleAlone(client) && clock.now() >= this.#loadFrom) {
      this.#loadFrom = clock.now() + LOAD_EVERY_MS;
      await loadModule(signal);
      client = await readClient();
    }
    if (isComplete(client)) return undefined;
    return { on: 'client', message: describeMissingClient(client, kernel) };
  }

  async #missingRegistration(signal: AbortSignal): Promise<Wait | undefined> {
    const { node, driverName } = this.parts;
    if ((await this.#registeredDrivers(signal)).includes(driverName)) return undefined;
    const message =
      `kubelet has not registered ${driverName}: the CSINode object ${node.name} does not list it. If that lasts, check ` +
      'the log of the node-driver-registrar sidecar, and its --kubelet-registration-path';
    return { on: 'registration', message };
  }

  /** Fallback without the right to read CSINodes, which the roles of the Go drivers do not include: a cluster that replaces
   *  them with this driver must not wait for ever. */
  async #registeredDrivers(signal: AbortSignal): Promise<readonly string[]> {
    const { node, driverName, isRegistered, log } = this.parts;
    try {
      return await node.registeredDrivers(signal);
    } catch (error) {
      if (statusOf(error) !== 403 || !isRegistered()) throw error;
      log.warn(
        {},
        `kubelet called NodeGetInfo of this process, which counts as its registration: ${messageOf(error)}`,
      );
      return [driverName];
    }
  }

  /** Patches the node. Another client may change the taints at any time: then reads them again. */
  async #remove(taints: readonly unknown[], signal: AbortSignal): Promise<undefined> {
    const { node, log } = this.parts;
    for (let current = taints, conflicts = 0; ; conflicts++) {
      const effects = effectsOf(current, this.#key);
      this.#state.present = effects.length > 0;
      if (effects.length === 0) return;
      try {
        await node.patch(taintRemoval(current, this.#key), signal);
        this.#state.present = false;
        log.info(
          { node: node.name, taint: this.#key, effects },
          'the node can mount: its startup taint is removed',
        );
        return;
      } catch (error) {
        if (![409, 422].includes(statusOf(error) ?? 0) || conflicts === CONFLICTS) throw error;
      }
      current = (await node.read(signal)).taints;
    }
  }
}

const statusOf = (error: unknown): number | undefined => (error as Partial<NodeApiError>).status;
