import type { Publication } from './publications.js';
import {
  canonicalNid,
  createMountSource,
  parseMountSource,
  type LustreMountSource,
  formatMountSource,
} from '../model/mount-source.js';
import { DriverError } from '../errors/driver-error.js';
import type { MountEntry } from './table/mount-table.js';

/**
 * Returns the source of a Lustre mount, or undefined. The mount's source decides, not its device number, which all Lustre
 * file systems of one fsname share. A bind mount of a directory shows that directory as its sub-directory.
 */
export const lustreSourceOf = (entry: MountEntry): LustreMountSource | undefined => sourcesOf(entry).shown;

/** Returns the source with which the superblock of a Lustre mount was mounted, whichever directory of it the mount shows. */
export const superblockSourceOf = (entry: MountEntry): LustreMountSource | undefined =>
  sourcesOf(entry).superblock;

interface Sources {
  readonly shown?: LustreMountSource;
  readonly superblock?: LustreMountSource;
}

/** Sources of mounts that were looked at before: an entry stays the same from look to look. */
const readBefore = new WeakMap<MountEntry, Sources>();

function sourcesOf(entry: MountEntry): Sources {
  const before = readBefore.get(entry);
  if (before) return before;
  const sources = entry.source.includes('@') ? readSources(entry) : {};
  readBefore.set(entry, sources);
  return sources;
}

function readSources({ source, root }: MountEntry): Sources {
  try {
    const superblock = parseMountSource(source);
    const subdir = [superblock.subdir, root.slice(1)].filter((part) => part !== '').join('/');
    return { superblock, ...shownAs(superblock, subdir, source) };
  } catch {
    return {};
  }
}

/** A directory may have a name that no source can have. */
function shownAs({ mgsNodes, fsname }: LustreMountSource, subdir: string, source: string): Sources {
  try {
    return { shown: createMountSource(mgsNodes, fsname, subdir, source) };
  } catch {
    return {};
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

/**
 * Returns true if the mount table may hide a sub-directory. mount.lustre from 2.17 on names the management server as it was
 * written (`mgsname=`) where it has resolved a name or rewritten a network (`tcp0`); the kernel then shows that name and the
 * file system's alone, the sub-directory and further NIDs are lost. All earlier releases, and all sources that are written
 * with plain addresses, show everything. This driver mounts by plain addresses (`HostNames`).
 */
export function hidesSubDirectory({ mgsNodes, subdir }: LustreMountSource): boolean {
  const [first = ''] = mgsNodes[0] ?? [];
  return (
    subdir === '' && mgsNodes.flat().length === 1 && (hasHostName(first) || first !== canonicalNid(first))
  );
}

/** Source of a mount, wanted or observed. */
export type Sourced = Pick<Publication, 'source' | 'observedSource'>;

/** Evidence about mounts whose sub-directory the mount table may hide. */
export interface MountEvidence {
  /** Mount of a whole file system, by this driver, from which the mount in question was bound. */
  readonly client?: MountEntry | undefined;
}

/**
 * Returns true if a mount shows the source of a publication. An observed source counts only while the recorded source is the
 * wanted one. A mount whose sub-directory may be hidden is never taken for the whole file system, or the reverse: it counts
 * if this driver has observed it as this publication, or has bound it from a client of its own.
 */
export function showsSource(
  mounted: MountEntry,
  wanted: Sourced,
  known: Sourced | undefined = wanted,
  { client }: MountEvidence = {},
): boolean {
  const source = lustreSourceOf(mounted);
  if (!source) return false;
  const observed = known?.source === wanted.source ? known.observedSource : undefined;
  if (observed !== mounted.source && !isReadable(mounted, client)) return false;
  const asObserved = observed === undefined ? undefined : parseMountSource(observed);
  return isSameSource(source, parseMountSource(wanted.source), asObserved);
}

/** Returns true if the source that the table shows is the whole truth. */
const isReadable = (mounted: MountEntry, client: MountEntry | undefined): boolean =>
  !hidesSubDirectory(parseMountSource(mounted.source)) ||
  (client !== undefined && isBoundFrom(client, mounted));

const isBoundFrom = (client: MountEntry, mounted: MountEntry): boolean =>
  client.source === mounted.source && client.superOptions.join() === mounted.superOptions.join();

/** Refuses a mount in the driver's own directory that is not the client which belongs there.
 *  @throws DriverError failed-precondition */
export function refuseForeignClient(mounted: MountEntry, source: string, known: Sourced | undefined): void {
  // The driver mounts whole file systems there, also an earlier version, which mounted by name.
  if (showsSource(mounted, { source }, known ?? { source }, { client: mounted })) return;
  throw new DriverError(
    'failed-precondition',
    `${source} cannot be mounted on ${mounted.mountPoint}, the driver's own directory: ${describeMount(mounted)}; unmount ` +
      `it on the node if nothing uses it`,
  );
}

/** Mount that the table shows at a path, or its absence, in the words of a message. */
export const describeFound = (mounted: MountEntry | undefined): string =>
  mounted ? describeMount(mounted) : 'the mount table shows nothing there';

/** Describes a mount for a message. */
export function describeMount(mounted: MountEntry): string {
  const source = lustreSourceOf(mounted);
  if (source && hidesSubDirectory(parseMountSource(mounted.source))) {
    return (
      `${formatMountSource(source)} or a sub-directory of it is mounted there, by a host name: clients of Lustre 2.17 do ` +
      `not show which`
    );
  }
  return source
    ? `${formatMountSource(source)} is mounted there`
    : `a ${mounted.fsType} file system (${mounted.source}) is mounted there`;
}
