import { appendFileSync } from 'node:fs';
import { until } from '../api/kubernetes-api.js';
import type { ApiObject } from '../api/resources.js';
import type { SuiteCluster } from '../release/suite-cluster.js';
import {
  claim,
  namespaceObject,
  pod,
  storageClass,
  type ClaimOptions,
  type ClassOptions,
  type PodOptions,
} from './objects.js';
import type { Subject } from './subjects.js';

const SECONDS = 120;

export interface ClaimObject extends ApiObject {
  readonly spec: { readonly volumeName?: string };
  readonly status: {
    readonly phase: string;
    readonly capacity?: { readonly storage: string };
    readonly currentVolumeAttributesClassName?: string;
  };
}

export interface VolumeObject extends ApiObject {
  readonly spec: {
    readonly csi?: {
      readonly driver: string;
      readonly volumeHandle: string;
      readonly volumeAttributes?: Readonly<Record<string, string>>;
    };
    readonly nodeAffinity?: unknown;
    readonly persistentVolumeReclaimPolicy: string;
  };
  readonly status: { readonly phase: string };
}

export interface PodObject extends ApiObject {
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

interface EventObject extends ApiObject {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

let benches = 0;

/** Objects of one flow, in a namespace of its own. */
export class FlowBench {
  readonly namespace: string;
  readonly #objects: (readonly [kind: string, name: string])[] = [];

  constructor(
    readonly cluster: SuiteCluster,
    readonly subject: Subject,
    title: string,
  ) {
    benches += 1;
    const words = title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 30);
    this.namespace = `${subject.release}-${benches}-${words}`.replace(/-$/, '');
  }

  get api(): SuiteCluster['api'] {
    return this.cluster.api;
  }

  async open(): Promise<void> {
    await this.api.apply(namespaceObject(this.namespace));
    await until('the namespace has a service account', SECONDS, () =>
      this.api.find('ServiceAccount', 'default', this.namespace),
    );
  }

  /** Creates an object of the cluster, which close() deletes. */
  async createShared(object: ApiObject): Promise<string> {
    await this.api.apply(object);
    this.#objects.push([object.kind, object.metadata.name]);
    return object.metadata.name;
  }

  createClass(options: ClassOptions = {}): Promise<string> {
    return this.createShared(storageClass(this.namespace, this.subject, options));
  }

  async createClaim(name: string, options: ClaimOptions): Promise<void> {
    await this.api.apply(claim(this.namespace, name, this.subject, options));
  }

  async createPod(name: string, options: PodOptions): Promise<void> {
    await this.api.apply(pod(this.namespace, name, options));
  }

  /** Waits until a claim is bound.
   *  @returns its PersistentVolume */
  async bound(name: string): Promise<VolumeObject> {
    const volumeName = await this.#until(`claim ${name} is bound`, async () => {
      const found = await this.claimOf(name);
      return found?.status.phase === 'Bound' ? found.spec.volumeName : undefined;
    });
    return this.volume(volumeName);
  }

  claimOf(name: string): Promise<ClaimObject | undefined> {
    return this.api.find<ClaimObject>('PersistentVolumeClaim', name, this.namespace);
  }

  async volume(name: string): Promise<VolumeObject> {
    const found = await this.api.find<VolumeObject>('PersistentVolume', name);
    if (found === undefined) throw new Error(`there is no PersistentVolume ${name}`);
    return found;
  }

  podOf(name: string): Promise<PodObject | undefined> {
    return this.api.find<PodObject>('Pod', name, this.namespace);
  }

  /** Waits until pods run. */
  async running(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.#phase(name, 'Running');
  }

  /** Waits until a pod's script has ended with success.
   *  @returns its output */
  async succeeded(name: string): Promise<string> {
    await this.#phase(name, 'Succeeded');
    return this.logs(name);
  }

  async #phase(name: string, wanted: string): Promise<void> {
    await this.#until(`pod ${name} is ${wanted}`, async () => {
      const phase = (await this.podOf(name))?.status.phase;
      if (phase === 'Failed' && wanted !== 'Failed') throw new Error(await this.logs(name));
      return phase === wanted;
    });
  }

  /** Reads the output of a pod. Kubelet, which has it, may be down for a moment. */
  logs(name: string): Promise<string> {
    const path = `/api/v1/namespaces/${this.namespace}/pods/${name}/log`;
    return this.#until(`the output of ${name} can be read`, async () => ({
      text: await this.api.text(path),
    })).then(({ text }) => text);
  }

  /** Runs a script in a pod of its own until it ends, and deletes the pod.
   *  @returns its output */
  async run(name: string, options: PodOptions): Promise<string> {
    await this.createPod(name, options);
    const output = await this.succeeded(name);
    await this.deletePods(name);
    return output;
  }

  async deletePods(...names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.api.delete('Pod', name, this.namespace)));
    for (const name of names) await this.gone('Pod', name, this.namespace);
  }

  async gone(kind: string, name: string, namespace?: string): Promise<void> {
    await this.#until(
      `${kind} ${name} is gone`,
      async () => (await this.api.find(kind, name, namespace)) === undefined,
    );
  }

  /** Waits for an event of an object of the namespace. */
  event(name: string, reason: RegExp): Promise<string> {
    return this.#until(`${name} has an event ${String(reason)}`, async () => {
      const events = await this.api.list<EventObject>('Event', this.namespace);
      return events.find(
        (each) => each.involvedObject.name === name && reason.test(`${each.reason} ${each.message}`),
      )?.message;
    });
  }

  /** Notes a duration, for the table at the end. */
  note(step: string, beganMs: number): void {
    const line = { subject: this.subject.name, step, seconds: (Date.now() - beganMs) / 1000 };
    appendFileSync(this.cluster.node.log('durations'), `${JSON.stringify(line)}\n`);
  }

  /** Deletes everything, and expects that nothing of it is left. */
  async close(): Promise<void> {
    // The namespace controller looks again only after 8 s at what did not end at once: pods and claims are deleted before.
    for (const kind of ['Pod', 'PersistentVolumeClaim']) {
      await this.api.deleteAll(kind, this.namespace);
      await this.#until(
        `each ${kind} is gone`,
        async () => (await this.api.list(kind, this.namespace)).length === 0,
      );
    }
    await this.deleteNamespace();
    for (const [kind, name] of this.#objects.reverse()) await this.api.delete(kind, name);
  }

  /** Deletes the namespace with what is in it, and waits until its volumes are gone. */
  async deleteNamespace(): Promise<void> {
    const volumes = await this.#volumes();
    await this.api.delete('Namespace', this.namespace);
    await this.gone('Namespace', this.namespace);
    for (const { metadata, spec } of volumes)
      if (spec.persistentVolumeReclaimPolicy === 'Delete') await this.gone('PersistentVolume', metadata.name);
  }

  async #volumes(): Promise<readonly VolumeObject[]> {
    const all = await this.api.list<
      VolumeObject & { readonly spec: { readonly claimRef?: { readonly namespace: string } } }
    >('PersistentVolume');
    return all.filter(({ spec }) => spec.claimRef?.namespace === this.namespace);
  }

  async #until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
    try {
      return await until(what, SECONDS, probe);
    } catch (error) {
      throw new Error(`${what}: not within ${SECONDS} s\n${await this.#explain()}`, { cause: error });
    }
  }

  /** Events of the namespace: the reason why something does not happen. */
  async #explain(): Promise<string> {
    const events = await this.api.list<EventObject>('Event', this.namespace);
    return events
      .map(
        ({ involvedObject, reason, message }) =>
          `${involvedObject.kind} ${involvedObject.name}: ${reason}: ${message}`,
      )
      .join('\n');
  }
}

/** Opens a bench, runs a test with it and closes it, also where the test fails: what it leaves would concern those behind it.
 *  @returns the bench, closed */
export async function withBench(
  cluster: SuiteCluster,
  subject: Subject,
  title: string,
  run: (bench: FlowBench) => Promise<void>,
): Promise<FlowBench> {
  const bench = new FlowBench(cluster, subject, title);
  await bench.open();
  try {
    await run(bench);
  } catch (error) {
    // The cause of the failure counts, not what it left behind.
    await bench.close().catch(() => {});
    throw error;
  }
  await bench.close();
  return bench;
}
