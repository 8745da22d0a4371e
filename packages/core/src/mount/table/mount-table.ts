/** One line of /proc/self/mountinfo (proc(5)). */
export interface MountEntry {
  readonly id: number;
  readonly parentId: number;
  /** Directory of the file system that is mounted: `/`, or the directory of a bind mount. */
  readonly root: string;
  readonly mountPoint: string;
  /** Options of this mount: `ro`, `noatime`, ... */
  readonly options: readonly string[];
  /** Member of a peer group (`shared:N`): mounts in it also appear in other mount namespaces. */
  readonly isShared: boolean;
  /** Number of that peer group: a bind mount of a shared mount is in the group of its original. */
  readonly peerGroup?: string;
  readonly fsType: string;
  readonly source: string;
  /** Options of the file system, which all its mounts share. */
  readonly superOptions: readonly string[];
  /** The mounted directory or the mount point was removed underneath. */
  readonly deleted: boolean;
}

/** Mounts that this process sees, at one moment: the only source of truth about mounts. */
export class MountTable {
  #stacks: ReadonlyMap<string, readonly MountEntry[]> | undefined;
  #searches = 0;

  constructor(readonly entries: readonly MountEntry[]) {}

  /** Returns the topmost mount on this path, or undefined if there is none. */
  at(mountPoint: string): MountEntry | undefined {
    return this.all(mountPoint).at(-1);
  }

  /** Returns every mount on this path, the topmost last. */
  all(mountPoint: string): readonly MountEntry[] {
    return bottomUp(this.#stackOf(mountPoint));
  }

  /** Most callers search for two or three paths: an index costs more. */
  #stackOf(mountPoint: string): readonly MountEntry[] {
    this.#searches += 1;
    if (this.#searches > SEARCHES && !this.#stacks) this.#stacks = indexOf(this.entries);
    if (this.#stacks) return this.#stacks.get(mountPoint) ?? [];
    return this.entries.filter((entry) => entry.mountPoint === mountPoint);
  }
}

/** Searches of a table before an index is made. */
const SEARCHES = 8;

function indexOf(entries: readonly MountEntry[]): ReadonlyMap<string, readonly MountEntry[]> {
  const stacks = new Map<string, MountEntry[]>();
  for (const entry of entries) {
    const stack = stacks.get(entry.mountPoint);
    if (stack) stack.push(entry);
    else stacks.set(entry.mountPoint, [entry]);
  }
  return stacks;
}

/** Returns the mount around another one; undefined if this process does not see it. It alone decides the propagation of
 *  mounts in it (mount_namespaces(7)): the bind mount of a shared mount is shared itself, at every place. */
export const mountAround = ({ parentId }: MountEntry, table: MountTable): MountEntry | undefined =>
  table.entries.find(({ id }) => id === parentId);

/** Orders mounts on one path: a mount that covers another one has it as its parent, in any order of the lines. */
function bottomUp(stack: readonly MountEntry[]): readonly MountEntry[] {
  if (stack.length < 2) return stack;
  const ids = new Set(stack.map((entry) => entry.id));
  const ordered = stack.filter((entry) => !ids.has(entry.parentId));
  for (const below of ordered) ordered.push(...stack.filter((entry) => entry.parentId === below.id));
  return ordered.length === stack.length ? ordered : stack;
}

/** Returns true if nothing can be written through this mount. */
export const isReadOnlyMount = (entry: MountEntry): boolean =>
  entry.options.includes('ro') || entry.superOptions.includes('ro');

/** Parses a mountinfo file; invalid lines are left out. */
export const parseMountInfo = (text: string): MountTable =>
  new MountTable(text.split('\n').flatMap((line) => parseMountLine(line) ?? []));

const DELETED = '//deleted';
const SHARED = 'shared:';

/** Parses a line; undefined if it has no meaning.
 *  `36 35 98:0 /root /mount/point rw,noatime master:1 shared:2 - fstype source rw,errors=continue` */
export function parseMountLine(line: string): MountEntry | undefined {
  const fields = line.split(' ');
  // The optional fields (propagation) are ended by a lone dash; before it nothing can be one.
  const dash = fields.indexOf('-', 6);
  const [id, parentId, , root, mountPoint, options] = fields;
  const [fsType, source, superOptions] = dash < 0 ? [] : fields.slice(dash + 1);
  if (!options || root === undefined || mountPoint === undefined || fsType === undefined) return undefined;
  return {
    id: Number(id),
    parentId: Number(parentId),
    root: unescape(root.replace(DELETED, '')) || '/',
    mountPoint: unescape(mountPoint.replace(DELETED, '')),
    options: options.split(','),
    ...propagationOf(fields.slice(6, dash)),
    fsType: unescape(fsType),
    source: unescape(source ?? ''),
    superOptions: (superOptions ?? '').split(','),
    deleted: root.endsWith(DELETED) || mountPoint.endsWith(DELETED),
  };
}

/** Reads the optional fields: `shared:N` if the mount is in a peer group. */
function propagationOf(fields: readonly string[]): Pick<MountEntry, 'isShared' | 'peerGroup'> {
  const peerGroup = fields.find((field) => field.startsWith(SHARED))?.slice(SHARED.length);
  return peerGroup === undefined ? { isShared: false } : { isShared: true, peerGroup };
}

/** The kernel writes blank, tab, newline, backslash and `#` as three octal digits. */
const unescape = (text: string): string =>
  !text.includes('\\')
    ? text
    : text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
