import { defaultClientVersion, type ClientVersion } from '../client-version.js';
import { MountFailure, nidFailure } from './mount-failure.js';

/** One address of an MGS. `host` is an IPv4 address or a name that is still to be resolved. */
export interface Nid {
  readonly host: string;
  /** LNet network; the interface number 0 is left out, as the kernel does (`tcp0` is `tcp`). */
  readonly net: string;
  /** The NID as written. */
  readonly text: string;
}

/** Parts of `MGSNODE[:MGSNODE...]:/FSNAME[/SUBDIR]`. */
export interface MountSource {
  readonly text: string;
  /** Every address of every MGS node, in the order written. */
  readonly nids: readonly Nid[];
  /** Separators of the NIDs: `:` between nodes, `,` between the addresses of one node. One less than NIDs. */
  readonly separators: readonly string[];
  /** Everything behind the NIDs, as written: `:/fsname/sub`. */
  readonly path: string;
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
 * @throws {@link MountFailure} worded as the helper does: ENODEV for what is no client mount, EINVAL for a NID.
 */
export function parseMountSource(text: string, version: ClientVersion = defaultClientVersion): MountSource {
  const end = text.indexOf(':/');
  if (end < 0)
    throw new MountFailure(
      'ENODEV',
      `mount.lustre: ${text} has not been formatted with mkfs.lustre or the backend filesystem type is not supported ` +
        'by this tool',
    );
  const servers = text.slice(0, end);
  const nids = servers.split(/[:,]/).map((nid) => parseNid(nid, text, version));
  const path = text.slice(end);
  const [fsname = '', ...directories] = path
    .slice(2)
    .split('/')
    .filter((name) => name !== '');
  return {
    ...{ text, nids, path, fsname },
    separators: servers.match(/[:,]/g) ?? [],
    subdir: directories.map((name) => `/${name}`).join(''),
  };
}

function parseNid(text: string, source: string, version: ClientVersion): Nid {
  const [host = '', net = 'tcp', ...rest] = text.split('@');
  const network = netPattern.exec(net);
  if (rest.length > 0 || !network || !hostPattern.test(host)) throw nidFailure(text, source, version);
  const [, type = '', number = ''] = network;
  return { host, net: Number(number) === 0 ? type : `${type}${Number(number)}`, text };
}

const NAME_LIMIT = 8;

/** Reports that the file system name is longer than the kernel takes. */
export const isNameTooLong = ({ fsname }: MountSource): boolean => fsname.length > NAME_LIMIT;

/** Reports that the kernel client accepts the file system name and the sub-directory. */
export const isMountable = ({ fsname, subdir }: MountSource): boolean =>
  fsname.length >= 1 && !subdir.split('/').some((name) => name === '.' || name === '..');
