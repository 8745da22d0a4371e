import { messageOf, pause, type Clock, type Log } from '@lustre-csi/core';
import { describeMissingClient, type ClientParts } from '@lustre-csi/core/server';
import type { KubernetesNode, NodeApiError } from './kubernetes-node.js';
import { effectsOf, taintRemoval } from './taint-removal.js';

/** Milliseconds. */
const FIRST_DELAY_MS = 1_000;
/** Between looks at the API server. */
const LONGEST_DELAY_MS = 30_000;
/** Between looks at this node alone. */
const CLIENT_DELAY_MS = 5_000;
/** Between attempts to load the module: one that does not load writes to the kernel's log. */
const LOAD_EVERY_MS = 30_000;
/** How long a taint is still expected that is set after the driver is ready (autoscalers do that). */
const LOOK_ON_MS = 5 * 60_000;
/** How often a patch is made anew at once because somebody changed the node meanwhile. */
const CONFLICTS = 5;

/** What the startup taint is decided by. */
export interface StartupTaintParts {
  readonly driverName: string;
  readonly node: Pick<KubernetesNode, 'name' | 'read' | 'patch' | 'registeredDrivers'>;
  /** Kubelet has registered the driver with this very process, as far as it can know. */
  readonly isRegistered: () => boolean;
  /** What this node has of a Lustre client. */
  readonly readClient: () => Promise<ClientParts>;
  /** Lets the kernel load the module that is installed. */
  readonly loadModule: (signal: AbortSignal) => Promise<void>;
  /** Of this node, as uname(1) tells it. */
  readonly kernel: string;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Why the taint stays for now. */
interface Wait {
  /** Waits with the same word are logged once. */
  readonly on: string;
  readonly message: string;
}

/** The key of the taint that keeps pods away from a node until the driver can mount there: that of the Go drivers. */
export const startupTaintKey = (driverName: string): string => `${driverName}/agent-not-ready`;

/** Takes the startup taint from this node once the node can mount: the driver serves (or this would not run), the Lustre
 *  client is there, and kubelet has registered the driver. All taints with the key, whatever their effect. */
export class StartupTaint {
  readonly #key: string;
  #wait: Wait | undefined;
  #loadFrom = 0;

  constructor(private readonly parts: StartupTaintParts) {
    this.#key = startupTaintKey(parts.driverName);
  }

  /** Runs until the taint is gone and none is expected any more, or until the signal. To be called when the driver serves.
   *  Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.parts;
    const lookUntil = clock.now() + LOOK_ON_MS;
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
      if (!signal.aborted) log.error({ err: error }, `the taint ${this.#key} is not looked after any more`);
    }
  }

  /** Doubled with every round, and not the same on the nodes that start together. */
  #delayMs(round: number): number {
    const longest = this.#wait?.on === 'client' ? CLIENT_DELAY_MS : LONGEST_DELAY_MS;
    return Math.min(longest, FIRST_DELAY_MS * 2 ** Math.min(round, 10)) * (0.5 + this.parts.random() / 2);
  }

  #say({ message }: Wait): void {
    const { log, node } = this.parts;
    log.warn({ node: node.name, taint: this.#key }, `the taint ${this.#key} stays on the node: ${message}`);
  }

  /** @returns what is waited for; undefined if the node has no such taint (any more) */
  async #attempt(signal: AbortSignal): Promise<Wait | undefined> {
    // The API server need not be asked again and again about what this node lacks.
    const stillMissing = this.#wait?.on === 'client' ? await this.#missingClient(signal) : undefined;
    if (stillMissing) return stillMissing;
    try {
      const { taints } = await this.parts.node.read(signal);
      if (effectsOf(taints, this.#key).length === 0) return undefined;
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
    if (client.hasHelper && !client.hasModule && clock.now() >= this.#loadFrom) {
      this.#loadFrom = clock.now() + LOAD_EVERY_MS;
      await loadModule(signal);
      client = await readClient();
    }
    if (client.hasHelper && client.hasModule) return undefined;
    return { on: 'client', message: describeMissingClient(client, kernel) };
  }

  async #missingRegistration(signal: AbortSignal): Promise<Wait | undefined> {
    const { node, driverName } = this.parts;
    if ((await this.#registeredDrivers(signal)).includes(driverName)) return undefined;
    const message =
      `kubelet has not registered ${driverName}: the CSINode object ${node.name} does not list it. If that lasts, look ` +
      'at the log of the node-driver-registrar sidecar, and at its --kubelet-registration-path';
    return { on: 'registration', message };
  }

  /** The roles of the Go drivers do not allow to read CSINodes: a cluster that takes this driver for theirs must not wait
   *  for ever. */
  async #registeredDrivers(signal: AbortSignal): Promise<readonly string[]> {
    const { node, driverName, isRegistered, log } = this.parts;
    try {
      return await node.registeredDrivers(signal);
    } catch (error) {
      if (statusOf(error) !== 403 || !isRegistered()) throw error;
      log.warn(
        {},
        `kubelet has asked this process for its node, which is taken for its registration: ${messageOf(error)}`,
      );
      return [driverName];
    }
  }

  /** Somebody else may change the node's taints at any time: then what there is now is looked at anew. */
  async #remove(taints: readonly unknown[], signal: AbortSignal): Promise<undefined> {
    const { node, log } = this.parts;
    for (let current = taints, conflicts = 0; ; conflicts++) {
      const effects = effectsOf(current, this.#key);
      if (effects.length === 0) return;
      try {
        await node.patch(taintRemoval(current, this.#key), signal);
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
