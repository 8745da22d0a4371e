import { isDriverError, messageOf, DriverError } from '../errors/driver-error.js';

/** A pod, as kubelet names it to a driver whose CSIDriver object has `podInfoOnMount`. */
export interface PodReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Runtime of a pod, according to the cluster. */
export interface PodRuntime {
  /** Uid of the pod that has the name now. */
  readonly uid: string;
  /** RuntimeClass of the pod; absent: the node's default runtime. */
  readonly runtimeClass?: string;
  /** Handler of the RuntimeClass. */
  readonly handler?: string;
  /** Value of the RuntimeClass annotation `DRIVER/volume-mode`. */
  readonly annotation?: string;
  /** Reason why a guest of this pod could not mount volumes itself; absent: the pod has what that needs. */
  readonly guestRefusal?: string;
}

/** Lookup of a pod's runtime in the cluster. */
export interface PodRuntimes {
  /** @throws if the cluster does not answer; then nothing is published */
  handlerOf(pod: PodReference, signal: AbortSignal): Promise<PodRuntime>;
}

/** Treatment of a volume by a runtime: `host`: the container sees the node's mount; `guest`: the guest mounts the volume itself;
 *  `refuse`: the container would see a copy whose changes are lost. */
export type VolumeMode = 'host' | 'guest' | 'refuse';

/** Parts of a publish that the guard reads. */
export interface GuardedPublish {
  readonly volumeId: string;
  /** Volume context, with the keys of the pod. */
  readonly context?: Readonly<Record<string, string>>;
}

const podKeys = {
  name: 'csi.storage.k8s.io/pod.name',
  namespace: 'csi.storage.k8s.io/pod.namespace',
  uid: 'csi.storage.k8s.io/pod.uid',
} as const;

/**
 * Handlers of runtimes without a file system that host and guest share: Kata's shim copies a mounted volume into the
 * guest, file by file, and the pod's changes end with the guest. Peer pods (kata-remote), confidential guests, and Firecracker,
 * which has block devices only.
 */
const copyingHandlers: readonly RegExp[] = [
  /^kata-remote(?:-|$)/,
  /^kata-cc(?:-|$)/,
  /(?:^|-)fc(?:-|$)/,
  /firecracker/,
  /(?:^|-)qemu-(?:.+-)?(?:snp|tdx|se|coco-dev)(?:-|$)/,
];

/** Mode of a handler where its RuntimeClass has no annotation. */
export const builtInMode = (handler: string): Exclude<VolumeMode, 'guest'> =>
  copyingHandlers.some((pattern) => pattern.test(handler)) ? 'refuse' : 'host';

/**
 * Refuses to publish volumes to pods whose runtime would copy them: the pod would read a copy of terabytes, and lose its
 * changes while every write succeeds. An unknown runtime is refused until the cluster reports it.
 */
export class RuntimeGuard {
  /** Modes that were decided, by publish: a hook asks once more for a publish that was routed by its mode. */
  readonly #decided = new WeakMap<GuardedPublish, Promise<'host' | 'guest'>>();

  constructor(
    private readonly runtimes: PodRuntimes,
    private readonly driverName: string,
    /** Volumes can be mounted inside guests. */
    private readonly hasGuestVolumes = false,
  ) {}

  /** Annotation of a RuntimeClass that overrides the built-in mode of its handler: `host`, `guest`, `refuse`. */
  static annotationOf(driverName: string): string {
    return `${driverName}/volume-mode`;
  }

  /** Hook of a mount on this node. @throws DriverError as `modeFor` */
  readonly check = async (publish: GuardedPublish, signal: AbortSignal): Promise<void> => {
    if ((await this.modeFor(publish, signal)) === 'host') return;
    throw new DriverError(
      'unavailable',
      `volume ${publish.volumeId} was being mounted on the node when its pod's RuntimeClass became one whose guests mount volumes: ` +
        'the mount is undone, and the next attempt publishes it for the guest',
    );
  };

  /** Decides whether the node or the pod's guest mounts a volume.
   *  @throws DriverError failed-precondition if the pod must not have the volume, or kubelet does not name the pod;
   *    unavailable if the cluster does not report the runtime */
  modeFor(publish: GuardedPublish, signal: AbortSignal): Promise<'host' | 'guest'> {
    const mode = this.#decided.get(publish) ?? this.#decide(publish, signal);
    this.#decided.set(publish, mode);
    return mode;
  }

  async #decide(publish: GuardedPublish, signal: AbortSignal): Promise<'host' | 'guest'> {
    const pod = podOf(publish, this.driverName);
    const runtime = await this.#lookUp(pod, signal);
    if (runtime.uid !== pod.uid) {
      throw new DriverError(
        'unavailable',
        `pod ${nameOf(pod)} has the uid ${runtime.uid} in the cluster, but kubelet publishes for ${pod.uid}: the pod was ` +
          `replaced; nothing is published for the old one; kubelet publishes for the new one automatically`,
      );
    }
    return this.#modeOf(publish, pod, runtime);
  }

  async #lookUp(pod: PodReference, signal: AbortSignal): Promise<PodRuntime> {
    try {
      return await this.runtimes.handlerOf(pod, signal);
    } catch (error) {
      if (signal.aborted || isDriverError(error, 'unavailable')) throw error;
      throw new DriverError(
        'unavailable',
        `the runtime of pod ${nameOf(pod)} could not be looked up: ${messageOf(error)}; nothing is published until it ` +
          `is known (--kata-aware); it is tried again`,
        { cause: error },
      );
    }
  }

  #modeOf({ volumeId }: GuardedPublish, pod: PodReference, runtime: PodRuntime): 'host' | 'guest' {
    const { runtimeClass, handler, annotation, guestRefusal } = runtime;
    if (runtimeClass === undefined) return 'host';
    const what = `volume ${volumeId} is not published to pod ${nameOf(pod)} of RuntimeClass ${runtimeClass}`;
    const mode = annotation ?? builtInMode(handler ?? runtimeClass);
    if (mode === 'host') return mode;
    if (mode !== 'guest' || !this.hasGuestVolumes) {
      throw new DriverError('failed-precondition', `${what}${this.#why(mode, runtime)}`);
    }
    if (guestRefusal === undefined) return mode;
    throw new DriverError('failed-precondition', `${what}, whose guests mount volumes: ${guestRefusal}`);
  }

  #why(mode: string, { runtimeClass = '', handler, annotation }: PodRuntime): string {
    const key = RuntimeGuard.annotationOf(this.driverName);
    if (mode === 'guest') {
      return (
        `: its annotation ${key} requests a mount inside the guest, which the node plugin does not offer: start it with ` +
        '--guest-volumes (guestVolumes in the chart), or write refuse'
      );
    }
    if (mode !== 'refuse') {
      return `: its annotation ${key} is ${JSON.stringify(mode)}; write host, guest or refuse`;
    }
    const cause =
      annotation === undefined
        ? `its handler ${handler ?? runtimeClass} copies volumes into the guest instead of sharing them`
        : `its annotation ${key} says refuse`;
    return (
      `: ${cause}, so that data would be lost. Use a RuntimeClass whose guests share a file system with the host, such as ` +
      `kata (virtio-fs), or none; if this handler does share one, say so: kubectl annotate runtimeclass ${runtimeClass} ` +
      `${key}=host${this.hasGuestVolumes ? `; if its guests have a Lustre client: ${key}=guest` : ''}`
    );
  }
}

const nameOf = ({ namespace, name }: PodReference): string => `${namespace}/${name}`;

function podOf({ volumeId, context = {} }: GuardedPublish, driverName: string): PodReference {
  const [name, namespace, uid] = [context[podKeys.name], context[podKeys.namespace], context[podKeys.uid]];
  if (name && namespace && uid) return { name, namespace, uid };
  throw new DriverError(
    'failed-precondition',
    `volume ${volumeId} is not published, because kubelet did not name the pod (${podKeys.name}, .namespace, .uid ` +
      `are missing): --kata-aware needs "podInfoOnMount: true" in the CSIDriver object ${driverName}; set it (the object ` +
      `can be changed in place) or start the node plugin without --kata-aware`,
  );
}
