import { Capacity } from '../../model/capacity.js';
import type { FileSystem } from '../../model/file-system.js';

/** A usable file system in a cloud, in which volumes can be directories, with what a test wants changed. */
export const parentFileSystem = (change: Partial<FileSystem> = {}): FileSystem => ({
  id: 'fs-1',
  listingScope: 'here',
  volumeName: 'pvc-1',
  state: 'available',
  cloudState: 'AVAILABLE',
  capacity: Capacity.gibibytes(1200),
  attempt: 1,
  attributes: {},
  ...change,
});
