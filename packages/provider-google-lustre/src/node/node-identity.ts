import type { LustreMountSource, NodeProvider, PublishedVolume, TopologySegments } from '@lustre-csi/core';
import { contextKey, foldContext, mountSourceIn } from './volume-context.js';
import { zoneKey } from './zone-key.js';

/** Managed Lustre on a node: the conventions of volume contexts. It needs no Google API. */
export class ManagedLustreNode implements NodeProvider {
  /** Topology of this node; absent where nodes have no zones. */
  readonly topology?: () => Promise<TopologySegments>;
  readonly contextKeys: readonly string[] = Object.values(contextKey);

  /** @param zone finds the zone of this node */
  constructor(zone?: () => Promise<string>) {
    if (zone) this.topology = async () => ({ [zoneKey]: await zone() });
  }

  mountSource({ context }: PublishedVolume): LustreMountSource {
    return mountSourceIn(foldContext(context));
  }
}
