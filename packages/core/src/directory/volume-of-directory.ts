import { publishSettingKeys } from '../model/publish-settings.js';
import { Capacity } from '../model/capacity.js';
import type { Volume } from '../model/volume-request.js';
import type { DirectoryEntry } from './registry/worker-protocol.js';

/** The volume that a directory is. Nodes never make its directory: one that was deleted must not come back empty. */
export function volumeOfDirectory(
  id: string,
  entry: DirectoryEntry,
  path: readonly string[],
  contextFor: (subdir: string) => Readonly<Record<string, string>>,
): Volume {
  return {
    id,
    capacity: Capacity.bytes(BigInt(entry.capacityBytes)),
    context: { ...contextFor(path.join('/')), ...entry.settings.node, [publishSettingKeys.create]: 'false' },
  };
}
