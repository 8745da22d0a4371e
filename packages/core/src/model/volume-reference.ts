import type { LustreMountSource } from './mount-source.js';

/** Target of a volume handle: all that the provider needs to find the file system again. */
export interface VolumeReference {
  /** As `FileSystem.id`. */
  readonly id: string;
  /** As `FileSystem.listingScope`. */
  readonly listingScope: string;
  /** Set if an administrator wrote the handle, which then names the mount source directly. Nothing in the cloud
   *  belongs to such a volume: it is not looked up, and deleting it deletes nothing. */
  readonly staticSource?: LustreMountSource;
  /** True for a file system that existed before its StorageClass handed it out whole: it is looked up, but neither
   *  deleted, expanded nor modified. */
  readonly isExisting?: true;
}
