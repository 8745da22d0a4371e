import { DriverError } from '../errors/driver-error.js';

/**
 * Source of `mount -t lustre`: `MGSNODE[:MGSNODE...]:/FSNAME[/SUBDIR]`, each MGSNODE being `NID[,NID...]`
 * (mount.lustre(8)). `:` separates failover partners, `,` the interfaces of one host.
 */
export interface LustreMountSource {
  /** Failover partners; each a list of the NIDs of one host. A NID may name its host by DNS. */
  readonly mgsNodes: readonly (readonly string[])[];
  /** At most 8 characters. */
  readonly fsname: string;
  /** The sub-directory that is mounted as root, without leading or trailing `/`; empty: the whole file system. */
  readonly subdir: string;
}

/** The network is an LNet type with an optional number; types have digits themselves: `tcp`, `tcp1`, `o2ib`, `o2ib0`. */
const NID = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?@[a-z][a-z0-9]*$/;
const FSNAME = /^[A-Za-z0-9_-]{1,8}$/;

/** Reads a mount source as a user writes it and as /proc/self/mountinfo shows it.
 *  @throws DriverError invalid-argument, naming the part that is wrong */
export function parseMountSource(text: string): LustreMountSource {
  const split = text.indexOf(':/');
  if (split <= 0) {
    throw invalid(text, 'it must read NID[:NID...]:/FSNAME[/SUBDIR], such as 10.0.0.4@tcp:/lustrefs');
  }
  const [fsname = '', ...rest] = text.slice(split + 2).split('/');
  const mgsNodes = text
    .slice(0, split)
    .split(':')
    .map((node) => node.split(','));
  return createMountSource(mgsNodes, fsname, rest.filter((part) => part !== '').join('/'), text);
}

/** Builds a mount source from its parts, checked.
 *  @throws DriverError invalid-argument, naming the part that is wrong */
export function createMountSource(
  mgsNodes: readonly (readonly string[])[],
  fsname: string,
  subdir = '',
  given: string = `${mgsNodes.map((node) => node.join(',')).join(':')}:/${fsname}`,
): LustreMountSource {
  if (mgsNodes.length === 0 || mgsNodes.some((node) => node.length === 0)) {
    throw invalid(given, 'it names no MGS');
  }
  // A DNS name may end with the dot of the root.
  const nodes = mgsNodes.map((node) => node.map((nid) => nid.replace('.@', '@')));
  for (const nid of nodes.flat()) {
    if (!NID.test(nid)) throw invalid(given, `"${nid}" is not a NID (ADDRESS@NETWORK, such as 10.0.0.4@tcp)`);
  }
  if (!FSNAME.test(fsname)) {
    throw invalid(given, `"${fsname}" is not a Lustre fsname (1 to 8 letters, digits, "_" or "-")`);
  }
  return { mgsNodes: nodes, fsname, subdir: checkedSubdir(given, subdir) };
}

/** A sub-directory is user input: it must stay below the root of its file system. */
function checkedSubdir(given: string, subdir: string): string {
  if (subdir === '') return subdir;
  const parts = subdir.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || subdir.includes('\0')) {
    throw invalid(
      given,
      `the sub-directory "${subdir}" must be a relative path without ".", ".." or empty parts`,
    );
  }
  return subdir;
}

/** As mount(8) takes it. */
export function formatMountSource(source: LustreMountSource): string {
  const nodes = source.mgsNodes.map((node) => node.join(',')).join(':');
  return `${nodes}:/${source.fsname}${source.subdir === '' ? '' : `/${source.subdir}`}`;
}

/** `tcp` and `tcp0` are the same LNet network. */
export function canonicalNid(nid: string): string {
  return nid.replace(/@([a-z0-9]*[a-z])0$/, '@$1').toLowerCase();
}

const invalid = (given: string, why: string): DriverError =>
  new DriverError('invalid-argument', `"${given}" is not a Lustre mount source: ${why}`);
