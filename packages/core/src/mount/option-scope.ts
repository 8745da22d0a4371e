/** Options of one mount of a file system: the VFS keeps them for each mount point (mount_setattr(2)), so that a bind
 *  mount can have its own. All others are the superblock's, which every bind mount of it shares. */
const perMount = [
  ...['ro', 'rw', 'nosuid', 'suid', 'nodev', 'dev', 'noexec', 'exec'],
  ...['noatime', 'atime', 'nodiratime', 'diratime', 'relatime', 'norelatime', 'strictatime', 'nostrictatime'],
  ...['nosymfollow', 'symfollow'],
];
/** Options for mount(8) and its helper alone: they change the way of mounting, not the mount. */
const forMounting = ['retry', 'verbose', 'noverbose'];

/** Mount options, separated by their scope. */
export interface ScopedOptions {
  /** Options of each bind mount. */
  readonly perMount: readonly string[];
  /** Options of the client mount. */
  readonly perClient: readonly string[];
}

/** Separates checked mount options (`mountOptions`) by scope, in the user's order. */
export function scopeOptions(options: readonly string[]): ScopedOptions {
  const isPerMount = (option: string): boolean => perMount.includes(option);
  return {
    // A bind mount without options is `rw`.
    perMount: options.filter((option) => isPerMount(option) && option !== 'rw'),
    perClient: options.filter((option) => !isPerMount(option)),
  };
}

/**
 * Returns the options that distinguish superblocks, in a canonical form: of options that contradict each other the last one
 * counts; order does not.
 */
export function superblockOptions(perClient: readonly string[]): readonly string[] {
  const bySubject = new Map<string, string>();
  for (const option of perClient) {
    const [name = ''] = option.split('=');
    if (!forMounting.includes(name)) bySubject.set(subjectOf(name), option);
  }
  return [...bySubject.values()].sort();
}

/** Subject of an option: `noflock`, `localflock` and `flock` have the same. */
const subjectOf = (name: string): string => name.replace(/^(?:no|local)(?=[a-z0-9])/, '');
