/** Options of one mount of a file system: the VFS keeps them for each mount point (mount_setattr(2)), so that a bind
 *  mount can have its own. All others are the superblock's, which every bind mount of it shares. */
const perMount = [
  ...['ro', 'rw', 'nosuid', 'suid', 'nodev', 'dev', 'noexec', 'exec'],
  ...['noatime', 'atime', 'nodiratime', 'diratime', 'relatime', 'norelatime', 'strictatime', 'nostrictatime'],
  ...['nosymfollow', 'symfollow'],
];
/** Words for mount(8) and its helper alone: they decide how a mount is made, not what it becomes. */
const forMounting = ['retry', 'verbose', 'noverbose'];

/** What mount options are about. */
export interface ScopedOptions {
  /** For each bind mount. */
  readonly perMount: readonly string[];
  /** For the mount of the client. */
  readonly perClient: readonly string[];
}

/** Sorts checked mount options (`mountOptions`) by what they are about, in the user's order. */
export function scopeOptions(options: readonly string[]): ScopedOptions {
  const isPerMount = (option: string): boolean => perMount.includes(option);
  return {
    // `rw` is what a bind mount is without any option.
    perMount: options.filter((option) => isPerMount(option) && option !== 'rw'),
    perClient: options.filter((option) => !isPerMount(option)),
  };
}

/**
 * The options by which superblocks differ, in a form that is the same for the same superblock: of words that
 * contradict each other the last one counts, and order does not.
 */
export function superblockOptions(perClient: readonly string[]): readonly string[] {
  const bySubject = new Map<string, string>();
  for (const option of perClient) {
    const [name = ''] = option.split('=');
    if (!forMounting.includes(name)) bySubject.set(subjectOf(name), option);
  }
  return [...bySubject.values()].sort();
}

/** `noflock`, `localflock` and `flock` are about the same thing. */
const subjectOf = (name: string): string => name.replace(/^(?:no|local)(?=[a-z0-9])/, '');
