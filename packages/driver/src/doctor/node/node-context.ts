import type { LustreMountSource } from '@lustre-csi/core';
import type { CommandRunner, MountTable, ProcessStat, ServerLook } from '@lustre-csi/core/diagnosis';
import type { MountHelper } from '@lustre-csi/core/server';
import type { KubeClient } from '../../kubernetes/kube-client.js';

/** Process of the node, with the reason why it waits. */
export interface NodeProcess extends ProcessStat {
  readonly command: string;
  /** Kernel function in which it waits. */
  readonly waitsIn?: string;
}

/** Place and tools of the checks of a node. Nothing in it changes the node. */
export interface NodeContext {
  readonly driverName: string;
  readonly nodeId: string;
  readonly stateDir: string;
  /** Directory of the shared clients. */
  readonly mountsDir: string;
  /** Directories besides kubelet's for targets (`--target-dirs`). */
  readonly targetDirs: readonly string[];
  readonly mountHelper: MountHelper;
  /** True in a container of a cluster, where mounts have to propagate to kubelet. */
  readonly mustPropagate: boolean;
  /** Directory that is the root for /proc, /sys and /sbin. */
  readonly root: string;
  readonly runner: Pick<CommandRunner, 'run'>;
  /** Kernel release. */
  readonly kernel: string;
  /** Addresses of the network in which this process runs. */
  readonly addresses: readonly string[];
  /** Cluster's API; undefined outside of a pod. */
  readonly kube: Pick<KubeClient, 'get'> | undefined;
  readonly readMounts: () => Promise<MountTable>;
  readonly probeServer: (source: LustreMountSource) => Promise<ServerLook>;
  /** Calls statfs(2) in a child with a deadline.
   *  @throws UnresponsiveError if it does not answer, StatfsError with the kernel's error */
  readonly measure: (path: string) => Promise<void>;
  readonly processes: () => Promise<readonly NodeProcess[]>;
  /** Lines of Lustre and LNet in the kernel's log of the last milliseconds; undefined: none, or it cannot be read. */
  readonly kernelLines: (lastMs: number) => Promise<string | undefined>;
  /** Calls Probe at the endpoint of the driver; undefined if it is unknown. */
  readonly probeDriver: (() => Promise<void>) | undefined;
}
