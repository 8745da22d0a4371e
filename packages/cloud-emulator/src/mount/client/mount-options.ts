/** Options of a Lustre client mount. */
export interface MountOptions {
  /** Flags of the mount itself, in the words of mount(8); a flag that is not named is off. */
  readonly flags: readonly string[];
  readonly remount: boolean;
  /** Options that no Lustre client knows: the kernel refuses the mount with EINVAL. */
  readonly unknown: readonly string[];
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

/** Options that change nothing that the simulation shows: those of mount(8), of the helper, and of the client. */
const accepted = new Set(
  (
    'defaults auto noauto _netdev nouser nousers noowner async sync ' +
    'flock localflock noflock user_xattr nouser_xattr acl noacl lazystatfs nolazystatfs ' +
    'user_fid2path nouser_fid2path always_ping noalways_ping verbose noverbose encrypt noencrypt ' +
    '32bitapi no32bitapi lruresize nolruresize checksum nochecksum statfs_project nostatfs_project'
  ).split(' '),
);

/** Options that take a value. */
const acceptedWithValue = new Set(['network', 'skpath', 'mgssec', 'mgsname', 'exclude', 'retry', 'context']);

/** Sorts the options of mount.lustre(8) and of mount(8). Sources: mount.lustre(8) "CLIENT OPTIONS", mount(8). */
export function parseMountOptions(text: string): MountOptions {
  const flags = new Map<string, boolean>();
  const unknown: string[] = [];
  let remount = false;
  for (const option of text.split(',').filter((word) => word !== '')) {
    const flag = flagWords.get(option);
    if (flag) flags.set(flag.flag, flag.on);
    else if (option === 'remount') remount = true;
    else if (!isAccepted(option)) unknown.push(option);
  }
  return { flags: [...flags].filter(([, on]) => on).map(([flag]) => flag), remount, unknown };
}

function isAccepted(option: string): boolean {
  const at = option.indexOf('=');
  if (at < 0) return accepted.has(option);
  return acceptedWithValue.has(option.slice(0, at)) && at < option.length - 1;
}
