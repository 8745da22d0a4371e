import type { Publication } from './publications.js';
import {
  canonicalNid,
  createMountSource,
  parseMountSource,
  type LustreMountSource,
  formatMountSource,
} from '../model/mount-source.js';
import type { MountEntry } from './mount-table.js';

/**
 * Returns the source of a Lustre mount, or undefined. The mount's source decides, not its device number, which all Lustre
 * file systems of one fsname share. A bind mount of a directory shows that directory as its sub-directory.
 */
export function lustreSourceOf(entry: MountEntry): LustreMountSource | undefined {
  try {
    const source = parseMountSource(entry.source);
    const subdir = [source.subdir, entry.root.slice(1)].filter((part) => part !== '').join('/');
    return createMountSource(source.mgsNodes, source.fsname, subdir, entry.source);
  } catch {
    return undefined;
  }
}

/**
 * Returns true if a mounted source is the wanted one. File system name and sub-directory must agree, and one NID must be
 * common: two sources that share a server and the file system's name are one file system.
 *
 * mount.lustre resolves host names before it mounts, so the kernel shows addresses where the user wrote names. A
 * wanted source with a name in it is therefore compared without its NIDs, unless `observed` has what the kernel
 * showed when this very source was mounted. (FSx, the cloud that uses names, has random mount names.)
 */
export function isSameSource(
  mounted: LustreMountSource,
  wanted: LustreMountSource,
  observed?: LustreMountSource,
): boolean {
  if (mounted.fsname !== wanted.fsname || mounted.subdir !== wanted.subdir) return false;
  const mountedNids = new Set(nidsOf(mounted));
  if ([...nidsOf(wanted), ...(observed ? nidsOf(observed) : [])].some((nid) => mountedNids.has(nid)))
    return true;
  return !observed && nidsOf(wanted).some(hasHostName);
}

const nidsOf = (source: LustreMountSource): readonly string[] => source.mgsNodes.flat().map(canonicalNid);

const hasHostName = (nid: string): boolean => !/^[\d.]+@/.test(nid);

/** Source of a mount, wanted or observed. */
export type Sourced = Pick<Publication, 'source' | 'observedSource'>;

/** Returns true if a mount shows the source of a publication. An observed source counts only while the recorded source is the
 *  wanted one. */
export function showsSource(
  mounted: MountEntry,
  wanted: Sourced,
  known: Sourced | undefined = wanted,
): boolean {
  const source = lustreSourceOf(mounted);
  if (!source) return false;
  const observed = known?.source === wanted.source ? known.observedSource : undefined;
  const asObserved = observed === undefined ? undefined : parseMountSource(observed);
  return isSameSource(source, parseMountSource(wanted.source), asObserved);
}

/** Mount that the table shows at a path, or its absence, in the words of a message. */
export const describeFound = (mounted: MountEntry | undefined): string =>
  mounted ? describeMount(mounted) : 'the mount table shows nothing there';

/** Describes a mount for a message. */
export function describeMount(mounted: MountEntry): string {
  const source = lustreSourceOf(mounted);
  return source
    ? `${formatMountSource(source)} is mounted there`
    : `a ${mounted.fsType} file system (${mounted.source}) is mounted there`;
}
