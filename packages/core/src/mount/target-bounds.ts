import { realpath } from 'node:fs/promises';
import { DriverError } from '../errors/driver-error.js';

/** Directories of kubelet: its default, and those of RKE, K3s, k0s, MicroK8s, IBM Cloud and Tanzu. */
export const kubeletDirectories: readonly string[] = [
  '/var/lib/kubelet',
  '/opt/rke/var/lib/kubelet',
  '/var/lib/rancher/k3s/agent/kubelet',
  '/var/lib/k0s/kubelet',
  '/var/snap/microk8s/common/var/lib/kubelet',
  '/var/data/kubelet',
  '/var/vcap/data/kubelet',
];

/** Paths that kubelet gives to CSI drivers, below its directory: targets of pods (pkg/volume/csi/csi_mounter.go) and of staging
 *  (csi_attacher.go). */
const POD_TARGET = /\/pods\/[^/]+\/volumes\/kubernetes\.io~csi\/[^/]+\/mount$/;
const STAGING_TARGET = /\/plugins\/kubernetes\.io\/csi\/.+\/globalmount$/;

/** Returns true if a path has the form of a target of CSI, below any directory. */
export const isCsiTarget = (path: string): boolean => POD_TARGET.test(path) || STAGING_TARGET.test(path);

/** Limits of target paths. */
export interface TargetBounds {
  /** Directories besides kubelet's in which any path may be a target. */
  readonly targetDirs: readonly string[];
  /** Directories of the driver itself; no target lies in or around them. */
  readonly ownDirs: Pick<OwnDirectories, 'withRealPaths'>;
}

/** Directories of the driver itself. */
export class OwnDirectories {
  /** Real paths of those that exist: nothing but the driver replaces them. */
  readonly #real = new Map<string, string>();

  constructor(private readonly directories: readonly string[]) {}

  /** Returns them and, where symlinks lead to them, their real paths. */
  async withRealPaths(): Promise<readonly string[]> {
    await Promise.all(this.directories.map((directory) => this.#resolve(directory)));
    return [...new Set([...this.directories, ...this.#real.values()])];
  }

  async #resolve(directory: string): Promise<void> {
    if (this.#real.has(directory)) return;
    const real = await realpath(directory).catch(() => undefined);
    if (real !== undefined) this.#real.set(directory, real);
  }
}

/** Target, as it was requested and as the mount table shows it. */
interface Target {
  readonly targetPath: string;
  readonly mountPoint: string;
}

/** Refuses a target outside of kubelet's directories, at which the driver would mount over, unmount or remove a directory of
 *  the node. In kubelet's directories only the paths of volumes are targets.
 *  @throws DriverError invalid-argument */
export async function refuseOutside(target: Target, { targetDirs, ownDirs }: TargetBounds): Promise<void> {
  const own = await ownDirs.withRealPaths();
  if (own.some((directory) => isOrContains(directory, target) || isAround(target, directory))) {
    throw invalid(target, `is a directory of the driver itself: nothing is mounted or unmounted there`);
  }
  if (await isWithin(target, targetDirs)) return;
  if (!(await isWithin(target, kubeletDirectories))) {
    throw invalid(
      target,
      `is not below a directory of kubelet (${[...targetDirs, ...kubeletDirectories].join(', ')}): nothing is mounted or ` +
        `unmounted there. If this node's kubelet has another one (--root-dir), name it in --target-dirs`,
    );
  }
  if (POD_TARGET.test(target.targetPath)) return;
  throw invalid(
    target,
    `is not the path of a pod's volume (pods/UID/volumes/kubernetes.io~csi/NAME/mount below kubelet's directory): ` +
      `nothing is mounted or unmounted there`,
  );
}

/** Returns the directories and, where symlinks lead to them, their real paths, since the mount table shows those. */
async function withRealPaths(directories: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(directories.map((directory) => realpath(directory).catch(() => directory)));
  return [...new Set([...directories, ...real])];
}

const isBelow = (path: string, directory: string): boolean =>
  path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);

/** Follows symlinks of the directories only where their names do not show it, since every call asks. */
const isWithin = async (target: Target, directories: readonly string[]): Promise<boolean> =>
  isBelowAll(target, directories) || isBelowAll(target, await withRealPaths(directories));

/** A symlink on the way to the target must not lead out of the directories. */
const isBelowAll = ({ targetPath, mountPoint }: Target, directories: readonly string[]): boolean =>
  [targetPath, mountPoint].every((path) => directories.some((directory) => isBelow(path, directory)));

const isOrContains = (directory: string, { targetPath, mountPoint }: Target): boolean =>
  [targetPath, mountPoint].some((path) => path === directory || isBelow(path, directory));

const isAround = ({ targetPath, mountPoint }: Target, directory: string): boolean =>
  [targetPath, mountPoint].some((path) => isBelow(directory, path));

const invalid = ({ targetPath }: Target, why: string): DriverError =>
  new DriverError('invalid-argument', `target_path: ${JSON.stringify(targetPath)} ${why}`);
