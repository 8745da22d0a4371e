import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Directories in which mount(8) finds the helper of a file system type. */
const HELPER_DIRECTORIES = ['/sbin', '/sbin/fs.d', '/sbin/fs'];

/** Parts of a Lustre client that the node has. */
export interface ClientParts {
  /** mount.lustre(8), as mount(8) of the node plugin's container finds it. */
  readonly hasHelper: boolean;
  /** The kernel knows the file system type. */
  readonly hasModule: boolean;
  /** The driver mounts without the helper where it is missing (`--mount-helper`). */
  readonly isHelperOptional?: boolean;
}

/** Returns true if the node can mount Lustre. */
export const isComplete = ({ hasHelper, hasModule, isHelperOptional = false }: ClientParts): boolean =>
  hasModule && (hasHelper || isHelperOptional);

/** Returns true if only the kernel's module is missing, which may be installed and not loaded. */
export const lacksModuleAlone = ({ hasHelper, hasModule, isHelperOptional = false }: ClientParts): boolean =>
  !hasModule && (hasHelper || isHelperOptional);

/** Finds the parts that are present now: a client that is installed later counts at once. */
export async function readClientParts(root = '/'): Promise<ClientParts> {
  const found = await Promise.all(
    HELPER_DIRECTORIES.map((directory) => exists(join(root, directory, 'mount.lustre'))),
  );
  return { hasHelper: found.includes(true), hasModule: await hasModule(root) };
}

async function hasModule(root: string): Promise<boolean> {
  try {
    const types = await readFile(join(root, 'proc/filesystems'), 'utf8');
    return types.split('\n').some((line) => line.split('\t').at(-1) === 'lustre');
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** Missing part, with the way to install it. */
export function describeMissingClient({ hasHelper, hasModule }: ClientParts, kernel: string): string {
  const heals = 'the mount is tried again without a restart of the driver';
  if (!hasHelper && !hasModule) {
    return (
      `the node has no Lustre client for its kernel ${kernel}: neither the module nor mount.lustre is installed. Install ` +
      `the lustre-client packages for exactly this kernel on the node, and load the module (modprobe lustre); ${heals}`
    );
  }
  if (!hasModule) {
    return (
      `the kernel module lustre is not loaded and could not be: the node's kernel is ${kernel}. Install the client's ` +
      `modules for exactly this kernel (kmod-lustre-client or lustre-client-modules; after a kernel update the old ones ` +
      `no longer fit) and run "modprobe lustre"; "dmesg" shows why an installed module does not load; ${heals}`
    );
  }
  if (!hasHelper) {
    return (
      `the kernel ${kernel} has the Lustre module, but mount.lustre is not in the node plugin's container: use an image ` +
      `with the client's utilities (lustre-client), or mount the node's /sbin/mount.lustre into it; ${heals}`
    );
  }
  return (
    `mount.lustre and the module of the kernel ${kernel} are installed, but the client did not start: check the node's ` +
    `kernel log ("dmesg | grep -i lustre"), and load the module manually (modprobe -v lustre); ${heals}`
  );
}
