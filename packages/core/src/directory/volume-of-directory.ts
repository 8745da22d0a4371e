import { publishSettingKeys } from '../node/publish-settings.js';
import { Capacity } from '../volume/capacity.js';
import type { Volume } from '../volume/volume-request.js';
import type { DirectoryEntry } from './worker-protocol.js';

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
