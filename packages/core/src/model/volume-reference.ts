import type { LustreMountSource } from './mount-source.js';

/** Where a volume handle points: what the provider needs to find the file system again. */
export interface VolumeReference {
  /** As `FileSystem.id`. */
  readonly id: string;
  /** As `FileSystem.scope`. */
  readonly scope: string;
  /** Set where an administrator wrote the handle and it names what is mounted by itself. There is nothing in the
   *  cloud that belongs to such a volume: it is not looked up, and deleting it deletes nothing. */
  readonly staticSource?: LustreMountSource;
}
