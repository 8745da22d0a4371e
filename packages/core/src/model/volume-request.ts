import type { Capacity, CapacityRange } from './capacity.js';
import type { VolumeCapability } from './volume-capability.js';

/** Arguments of CreateVolume: checked for form, not yet for what a cloud can do. */
export interface VolumeRequest {
  /** The CSI name: the key of idempotency. Any Unicode, at most 128 bytes. */
  readonly name: string;
  readonly capacityRange: CapacityRange;
  readonly capabilities: readonly VolumeCapability[];
  /** StorageClass parameters without those that the container orchestrator adds. */
  readonly parameters: Readonly<Record<string, string>>;
  /** StorageClass parameters for the nodes, of any provider: they become part of the volume context. */
  readonly nodeSettings?: Readonly<Record<string, string>>;
  /** VolumeAttributesClass parameters. */
  readonly mutableParameters: Readonly<Record<string, string>>;
  readonly metadata: VolumeMetadata;
  readonly topology: TopologyRequirement;
  readonly contentSource?: ContentSource;
}

/** Metadata that the provisioner adds with `--extra-create-metadata` (`csi.storage.k8s.io/pvc/name` and so on). */
export interface VolumeMetadata {
  readonly pvcName?: string;
  readonly pvcNamespace?: string;
  readonly pvName?: string;
}

/** Topology segments: key to value. */
export type TopologySegments = Readonly<Record<string, string>>;

/** Topology from which the volume has to be reachable; both lists are empty if the request does not say. */
export interface TopologyRequirement {
  readonly requisite: readonly TopologySegments[];
  readonly preferred: readonly TopologySegments[];
}

export type ContentSource =
  { readonly kind: 'snapshot'; readonly id: string } | { readonly kind: 'volume'; readonly id: string };

/** Response of CreateVolume. */
export interface Volume {
  readonly id: string;
  readonly capacity: Capacity;
  /** Everything that a node needs to mount the volume. */
  readonly context: Readonly<Record<string, string>>;
  readonly topology?: readonly TopologySegments[];
  readonly contentSource?: ContentSource;
}
