import { lstatSync, readdirSync, watch } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectCsi, connectRegistration } from '@lustre-csi/core/client';

/** Time limits of kubelet's calls, in milliseconds. */
const DIAL_MS = 10_000;
const GET_INFO_MS = 1_000;
const NOTIFY_MS = 5_000;

/** Plugins of kubelet: registers each driver whose socket appears in its directory, once, and unregisters it when the socket
 *  vanishes, as the plugin manager of kubelet does. */
export class StandInKubelet {
  /** Decisions and removals so far, such as `registered NAME at PATH`. */
  readonly events: string[] = [];
  /** Reason for which the next registrations fail, such as an API server that is down. */
  failure: string | undefined;
  readonly #drivers = new Map<string, { readonly name: string; readonly identity: string }>();
  /** Identities of the sockets that were tried. */
  readonly #tried = new Map<string, string>();
  readonly #stopWatching: () => void;
  #work: Promise<void> = Promise.resolve();

  /** @param directory `plugins_registry` */
  constructor(private readonly directory: string) {
    const watcher = watch(directory, () => this.#look());
    this.#stopWatching = () => watcher.close();
    this.#look();
  }

  /** Names of the registered drivers. */
  get registered(): readonly string[] {
    return [...this.#drivers.values()].map(({ name }) => name);
  }

  async stop(): Promise<void> {
    this.#stopWatching();
    await this.#work;
  }

  #look(): void {
    this.#work = this.#work.then(() => this.#reconcile());
  }

  async #reconcile(): Promise<void> {
    const sockets = new Map(
      readdirSync(this.directory).flatMap((file) => identityOf(join(this.directory, file))),
    );
    for (const [path, { name, identity }] of this.#drivers) {
      if (sockets.get(path) === identity) continue;
      this.#drivers.delete(path);
      this.events.push(`unregistered ${name}`);
    }
    for (const [path, identity] of sockets) {
      if (this.#tried.get(path) === identity) continue;
      this.#tried.set(path, identity);
      await this.#register(path, identity);
    }
  }

  async #register(path: string, identity: string): Promise<void> {
    await waitForListener(path);
    const client = connectRegistration(path);
    const { registration } = client;
    try {
      const info = await registration.getInfo({}, { deadline: Date.now() + GET_INFO_MS });
      const reason = this.failure ?? (await refusal(info));
      if (reason === undefined) this.#drivers.set(path, { name: info.name, identity });
      const status = { pluginRegistered: reason === undefined, error: reason ?? '' };
      await registration.notifyRegistrationStatus(status, { deadline: Date.now() + NOTIFY_MS });
      this.events.push(
        reason === undefined
          ? `registered ${info.name} at ${info.endpoint}`
          : `refused ${info.name}: ${reason}`,
      );
    } catch (error) {
      this.events.push(`no answer: ${String(error)}`);
    } finally {
      client.close();
    }
  }
}

/** Waits until a process listens at a socket, which appears shortly before that. */
async function waitForListener(path: string): Promise<void> {
  const until = Date.now() + DIAL_MS;
  while (Date.now() < until && !(await isListening(path))) await delay(10);
}

const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Path and identity of a socket. A new one often has the inode of the former one. */
function identityOf(path: string): readonly (readonly [string, string])[] {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return found?.isSocket() === true ? [[path, `${found.ino} ${found.birthtimeNs}`]] : [];
}

interface Info {
  readonly type: string;
  readonly endpoint: string;
  readonly supportedVersions: readonly string[];
}

/** Checks of kubelet, and its first call of the driver.
 *  @returns reason for which the driver is not registered */
async function refusal({ type, endpoint, supportedVersions }: Info): Promise<string | undefined> {
  if (type !== 'CSIPlugin') return `no handler for plugin type ${type}`;
  if (!supportedVersions.some((version) => version.startsWith('1.'))) return 'no supported version';
  const driver = connectCsi(`unix://${endpoint}`);
  try {
    await driver.node.nodeGetInfo({}, { deadline: Date.now() + NOTIFY_MS });
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    driver.close();
  }
}
