import { DriverError, type FileSystem } from '@lustre-csi/core';
import type { Arm } from '../api/arm.js';
import type { FileSystemReader } from './file-system-reader.js';
import { tagsOf, toSettings } from '../plan/settings-change.js';
import { mergeTags } from './tag-merge.js';
import { directoriesTags, tagChanges } from '../parameters/tags.js';

/** Records in a tag of the file system that it hosts directory volumes below a base path. Returns when ARM shows it.
 *  @throws DriverError aborted while Azure works on the file system; permission-denied naming the action where the
 *    identity may not write tags */
export async function tagBasePath(
  { arm, reader }: { readonly arm: Pick<Arm, 'call'>; readonly reader: Pick<FileSystemReader, 'find'> },
  fileSystem: FileSystem,
  base: string,
  signal: AbortSignal,
): Promise<void> {
  const { id, listingScope } = fileSystem;
  const found = await reader.find(fileSystem, signal);
  if (!found)
    throw new DriverError('not-found', `there is no file system ${id} in resource group ${listingScope}`);
  const tags = tagChanges(tagsOf(toSettings(found.resource)), directoriesTags(base));
  if (!tags) return;
  const doing = `cannot tag file system ${id} of resource group ${listingScope} as a host of directory volumes`;
  const outcome = await mergeTags(arm, fileSystem, tags, { doing, signal });
  if (outcome === 'written') return;
  throw new DriverError(
    'aborted',
    `${doing}: Azure has accepted the change and not completed it yet; the call is retried automatically`,
  );
}
