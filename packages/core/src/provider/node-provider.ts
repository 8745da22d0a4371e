import type { LnetRequirement } from '../model/lnet-requirement.js';
import type { LustreMountSource } from '../model/mount-source.js';
import type { TopologySegments } from '../model/volume-request.js';

/** Volume that a node has to mount, as the node knows it. */
export interface PublishedVolume {
  readonly volumeId: string;
  /** The volume context of the PV, with the pod's `csi.storage.k8s.io/` keys if kubelet sends them. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * The node's port to one cloud's conventions. No cloud API, no credentials: a node mounts what the volume context
 * says.
 */
export interface NodeProvider {
  /** Source that `mount -t lustre` mounts for this volume.
   *  @throws DriverError invalid-argument naming the key of the volume context that is missing or wrong */
  mountSource(volume: PublishedVolume): LustreMountSource;

  /** Settings of every volume (`publishSettingKeys`) that the context states in keys of this provider. The volume's own
   *  settings take precedence.
   *  @throws DriverError invalid-argument naming the key of the volume context that is wrong */
  impliedSettings?(volume: PublishedVolume): Readonly<Record<string, string>>;

  /** Mount flags that the context states in keys of this provider. Those of the PersistentVolume come after them, and take
   *  precedence where they contradict. */
  mountFlags?(volume: PublishedVolume): readonly string[];

  /** Requirement of the volume on the LNet of the node, which is checked before it is mounted.
   *  @throws DriverError invalid-argument naming the key of the volume context that is wrong */
  lnetRequirement?(volume: PublishedVolume): LnetRequirement | undefined;

  /** Keys of the volume context that this provider gives a meaning to. */
  readonly contextKeys: readonly string[];

  /** Location of this node, for NodeGetInfo. Required if the plugin advertises topology. */
  topology?(): Promise<TopologySegments>;
}
