/** Forms of the value of an option: none, or one that matches. */
export interface OptionValue {
  readonly form: RegExp;
  /** Legal values, for the message. */
  readonly words: string;
  /** True if the option may also stand without a value. */
  readonly optional?: boolean;
}

/** Options of Lustre clients without a value: mount.lustre(8), and llite's own list of 2.12 to 2.17. */
const lustreWords = [
  ...['flock', 'noflock', 'localflock', 'user_xattr', 'nouser_xattr', 'acl', 'noacl'],
  ...['lazystatfs', 'nolazystatfs', 'statfs_project', 'nostatfs_project', 'unique_fsid', 'nounique_fsid'],
  ...['user_fid2path', 'nouser_fid2path', 'always_ping', 'noalways_ping', '32bitapi', 'no32bitapi'],
  ...['checksum', 'nochecksum', 'lruresize', 'nolruresize', 'nolock', 'nolck', 'verbose', 'noverbose'],
  ...['encrypt', 'noencrypt', 'noforeign_symlink'],
];

/** Options that the VFS keeps for each mount, or for each superblock of any file system (mount(8)). */
const vfsWords = [
  ...['ro', 'rw', 'nosuid', 'suid', 'nodev', 'dev', 'noexec', 'exec', 'nosymfollow', 'symfollow'],
  ...['noatime', 'atime', 'nodiratime', 'diratime', 'relatime', 'norelatime', 'strictatime', 'nostrictatime'],
  ...['lazytime', 'nolazytime', 'sync', 'async', 'dirsync', 'silent', 'loud'],
];

const selinuxValue = (name: string): OptionValue => ({
  form: /^"?[^"\s]+"?$/,
  words: `an SELinux context, such as ${name}="system_u:object_r:container_file_t:s0"`,
});

/** Options with a value. */
const withValue: readonly (readonly [name: string, value: OptionValue])[] = [
  ['retry', { form: /^\d{1,5}$/, words: 'a number of attempts, such as retry=1' }],
  ['network', { form: /^[a-z][a-z0-9]*$/, words: 'an LNet network, such as network=tcp1' }],
  ['skpath', { form: /^\/./, words: 'an absolute path, such as skpath=/etc/lustre/client.key' }],
  ['mgssec', { form: /^[A-Za-z0-9]+$/, words: 'a security flavour, such as mgssec=skpi' }],
  ['exclude', { form: /^\S+$/, words: 'storage targets, such as exclude=lustrefs-OST0001' }],
  ['foreign_symlink', { form: /^\/./, words: 'an absolute path prefix, or no value', optional: true }],
  ['test_dummy_encryption', { form: /^v\d$/, words: 'a version such as v2, or no value', optional: true }],
  ...['context', 'fscontext', 'defcontext', 'rootcontext'].map((name) => [name, selinuxValue(name)] as const),
];

/** Known mount options with the form of their values; undefined: the option has none. */
export const knownMountOptions: ReadonlyMap<string, OptionValue | undefined> = new Map([
  ...[...lustreWords, ...vfsWords].map((name) => [name, undefined] as const),
  ...withValue,
]);

/** Options of fstab(5) for other programs than mount(8); they do not change the mount. */
const fstabOnly = ['_netdev', 'defaults', 'auto', 'noauto', 'nofail', 'comment'];

/** Returns true if an option is for other programs than mount(8). */
export const isFstabOnly = (name: string): boolean =>
  fstabOnly.includes(name) || name.startsWith('x-systemd.');

/** Options for the internal use of mount.lustre and of servers (mount_lustre.c). */
const helperInternal = ['device', 'mgsnode', 'svname', 'osd', 'param', 'force'];
/** Options that make mount(8) do other work than one Lustre mount. */
const otherWork = [
  ...['bind', 'rbind', 'move', 'remount', 'loop', 'offset', 'sizelimit', 'encryption', 'helper', 'uhelper'],
  ...['user', 'users', 'owner', 'group', 'private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'],
  ...['unbindable', 'runbindable'],
];

/** Reason why no setting can allow an option; undefined: none. */
export function refusalOfOption(name: string): string | undefined {
  if (helperInternal.includes(name)) return `mount.lustre uses "${name}" internally; leave it out`;
  if (otherWork.includes(name) || /^x-/i.test(name)) {
    return `"${name}" makes mount(8) do something else than mount Lustre; leave it out`;
  }
  return undefined;
}
