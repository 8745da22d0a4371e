import { defaultClientVersion, isAtLeast, type ClientVersion } from '../client-version.js';

/** Options of a Lustre client mount. */
export interface MountOptions {
  /** Flags of the mount itself, in the words of mount(8); a flag that is not named is off. */
  readonly flags: readonly string[];
  readonly remount: boolean;
  /** Options that a client of this release and node refuses: the mount ends with EINVAL. */
  readonly unknown: readonly string[];
  /** Options of the client itself, in the order given: `flock`, `nolazystatfs`, ... */
  readonly client: readonly string[];
  /** Number of repetitions after a failure (`retry=`). */
  readonly retry: number;
}

/** Per-mount flags: [word, the flag it is about, whether it sets it]. Later words win over earlier ones. */
const flagWords: ReadonlyMap<string, { readonly flag: string; readonly on: boolean }> = new Map(
  [
    ['ro', 'ro', true],
    ['rw', 'ro', false],
    ['nosuid', 'nosuid', true],
    ['suid', 'nosuid', false],
    ['nodev', 'nodev', true],
    ['dev', 'nodev', false],
    ['noexec', 'noexec', true],
    ['exec', 'noexec', false],
    ['noatime', 'noatime', true],
    ['atime', 'noatime', false],
    ['nodiratime', 'nodiratime', true],
    ['diratime', 'nodiratime', false],
    ['relatime', 'relatime', true],
    ['norelatime', 'relatime', false],
    ['strictatime', 'strictatime', true],
  ].map(([word, flag, on]) => [String(word), { flag: String(flag), on: on === true }]),
);

/** Options that change nothing that the simulation shows: those of mount(8) and of the helper. */
const ignored = new Set(
  'defaults auto noauto _netdev nouser nousers noowner async sync acl noacl'.split(' '),
);

/** Options of the client, which the mount table shows. */
const ofClient = new Set(
  (
    'flock localflock noflock user_xattr nouser_xattr lazystatfs nolazystatfs ' +
    'user_fid2path nouser_fid2path always_ping noalways_ping verbose noverbose encrypt noencrypt ' +
    '32bitapi no32bitapi lruresize nolruresize checksum nochecksum'
  ).split(' '),
);

/** Options of the client that a release before 2.17 refuses. */
const ofRecentClient = new Set(['statfs_project', 'nostatfs_project']);

/** Options that take a value. `network=` is refused where LNet discovers its peers, which is the default. */
const acceptedWithValue = new Set(['skpath', 'mgssec', 'mgsname', 'exclude', 'retry', 'context']);

/** Sorts the options of mount.lustre(8) and of mount(8). Sources: mount.lustre(8) "CLIENT OPTIONS", mount(8). */
export function parseMountOptions(text: string, version: ClientVersion = defaultClientVersion): MountOptions {
  const flags = new Map<string, boolean>();
  const [unknown, client]: [string[], string[]] = [[], []];
  let remount = false;
  let retry = 0;
  for (const option of text.split(',').filter((word) => word !== '')) {
    const flag = flagWords.get(option);
    if (flag) flags.set(flag.flag, flag.on);
    else if (option === 'remount') remount = true;
    else if (isOfClient(option, version)) client.push(option);
    else if (/^retry=\d{1,3}$/.test(option)) retry = Number(option.slice('retry='.length));
    else if (!isAccepted(option)) unknown.push(option);
  }
  const set = [...flags].filter(([, on]) => on).map(([flag]) => flag);
  return { flags: set, remount, unknown, client, retry };
}

const isOfClient = (option: string, version: ClientVersion): boolean =>
  ofClient.has(option) || (ofRecentClient.has(option) && isAtLeast(version, '2.17'));

function isAccepted(option: string): boolean {
  const at = option.indexOf('=');
  if (at < 0) return ignored.has(option);
  return acceptedWithValue.has(option.slice(0, at)) && at < option.length - 1;
}
