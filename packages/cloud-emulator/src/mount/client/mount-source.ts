import { MountFailure, usageFailure } from './mount-failure.js';

/** One address of an MGS. `host` is an IPv4 address or a name that is still to be resolved. */
export interface Nid {
  readonly host: string;
  /** LNet network; the interface number 0 is left out, as the kernel does (`tcp0` is `tcp`). */
  readonly net: string;
}

/** Parts of `MGSNODE[:MGSNODE...]:/FSNAME[/SUBDIR]`. */
export interface MountSource {
  readonly text: string;
  /** Every address of every MGS node, in the order written. */
  readonly nids: readonly Nid[];
  readonly fsname: string;
  /** Sub-directory such as `/a/b`, or an empty string for the root of the file system. */
  readonly subdir: string;
}

/** LNet network types that Lustre 2.15 knows, with an optional interface number. */
const netPattern = /^(tcp|o2ib|kfi|efa|gni|lo)([0-9]{0,5})$/;
const hostPattern = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/**
 * Parses the source of a client mount by the grammar of mount.lustre(8): `:` separates failover partners, `,` the
 * addresses of one node, and the first `:/` makes it a client mount.
 *
 * @throws {@link MountFailure} EINVAL, worded as the helper does where the helper itself finds the fault.
 */
export function parseMountSource(text: string): MountSource {
  const end = text.indexOf(':/');
  if (end < 0) throw new MountFailure('EINVAL', `mount.lustre: cannot mount ${text}: no server support`);
  const nids = text.slice(0, end).split(/[:,]/).map(parseNid);
  const [fsname = '', ...directories] = text
    .slice(end + 2)
    .split('/')
    .filter((name) => name !== '');
  return { text, nids, fsname, subdir: directories.map((name) => `/${name}`).join('') };
}

function parseNid(text: string): Nid {
  const [host = '', net = 'tcp', ...rest] = text.split('@');
  const network = netPattern.exec(net);
  if (rest.length > 0 || !network || !hostPattern.test(host)) throw usageFailure(`Can't parse NID '${text}'`);
  const [, type = '', number = ''] = network;
  return { host, net: Number(number) === 0 ? type : `${type}${Number(number)}` };
}

/** Reports that the kernel client accepts the file system name and the sub-directory. */
export const isMountable = ({ fsname, subdir }: MountSource): boolean =>
  fsname.length >= 1 &&
  fsname.length <= 8 &&
  !subdir.split('/').some((name) => name === '.' || name === '..');
