import { readFile } from 'node:fs/promises';
import { DriverError, messageOf } from '../errors/driver-error.js';

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
  readonly #stacks = new Map<string, MountEntry[]>();

  constructor(readonly entries: readonly MountEntry[]) {
    for (const entry of entries) {
      const stack = this.#stacks.get(entry.mountPoint);
      if (stack) stack.push(entry);
      else this.#stacks.set(entry.mountPoint, [entry]);
    }
  }

  /** Returns the topmost mount on this path, or undefined if there is none. */
  at(mountPoint: string): MountEntry | undefined {
    return this.all(mountPoint).at(-1);
  }

  /** Returns every mount on this path, the topmost last. */
  all(mountPoint: string): readonly MountEntry[] {
    return bottomUp(this.#stacks.get(mountPoint) ?? []);
  }
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
export function parseMountInfo(text: string): MountTable {
  return new MountTable(
    text
      .split('\n')
      .map(parseLine)
      .filter((entry) => entry !== undefined),
  );
}

const DELETED = '//deleted';
const SHARED = 'shared:';

/** `36 35 98:0 /root /mount/point rw,noatime master:1 shared:2 - fstype source rw,errors=continue` */
function parseLine(line: string): MountEntry | undefined {
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
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const MAX_READS = 8;
const OWN_MOUNTS = '/proc/self/mountinfo';

/**
 * Reads the mounts of this process's namespace. Never blocks, even with dead servers. Kernels before 5.8 can leave out
 * a line while others are mounting and unmounting, so a table counts when two reads agree.
 * @throws DriverError unavailable: without a table nothing is known, least of all that nothing is mounted
 */
export async function readMountTable(path = OWN_MOUNTS): Promise<MountTable> {
  try {
    return parseMountInfo(await readTwiceAlike(path));
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the mount table cannot be read: ${messageOf(error)}; it is tried again. The node plugin may be out of file ` +
        `descriptors or memory: raise the limits of its container`,
      { cause: error },
    );
  }
}

async function readTwiceAlike(path: string): Promise<string> {
  let text = await readFile(path, 'utf8');
  for (let reads = 1; reads < MAX_READS; reads += 1) {
    const again = await readFile(path, 'utf8');
    if (again === text) break;
    text = again;
  }
  return text;
}
