import { DriverError, type FileSystem } from '@lustre-csi/core';
import { armOperations } from './arm-operations.js';
import type { Arm } from './arm.js';
import { toDriverError } from './errors.js';
import type { FileSystemReader } from './file-system-reader.js';
import { tagsOf, toSettings } from './settings-change.js';
import { directoriesTag, withTags } from './tags.js';

/** Notes in a tag of the file system that volumes are directories below a base path of it. ARM replaces all tags at
 *  once, so they are read right before.
 *  @throws DriverError aborted while Azure changes the file system otherwise */
export async function noteDirectoryBase(
  { arm, reader }: { readonly arm: Pick<Arm, 'call'>; readonly reader: Pick<FileSystemReader, 'find'> },
  fileSystem: FileSystem,
  base: string,
  signal: AbortSignal,
): Promise<void> {
  const { id, scope } = fileSystem;
  const found = await reader.find(fileSystem, signal);
  if (!found) throw new DriverError('not-found', `there is no file system ${id} in resource group ${scope}`);
  const tags = withTags(tagsOf(toSettings(found.resource)), directoriesTag(base));
  if (!tags) return;
  try {
    const input = { resourceGroup: scope, name: id, body: { tags } };
    await arm.call(armOperations.patchFileSystem, input, signal);
  } catch (error) {
    const doing = `cannot tag file system ${id} of resource group ${scope} as one that holds directory volumes`;
    throw toDriverError(error, doing, 'effect', signal);
  }
}
