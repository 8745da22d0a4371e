import { createHash } from 'node:crypto';

/** Names that ARM accepts for an AML file system (Microsoft.StorageCache/amlFilesystems, parameter
 *  amlFilesystemName): 2 to 80 characters. */
const LEGAL = /^[0-9a-zA-Z][-0-9a-zA-Z_]{0,78}[0-9a-zA-Z]$/;

/** Derives the name of the ARM resource of a CSI volume: the name of the volume where ARM accepts it, as in
 *  azurelustre-csi-driver, otherwise a digest. The same name always has the same resource. */
export function resourceName(volumeName: string): string {
  if (LEGAL.test(volumeName)) return volumeName;
  return `csi-${createHash('sha256').update(volumeName).digest('hex').slice(0, 40)}`;
}
