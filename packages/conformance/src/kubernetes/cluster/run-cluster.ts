import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../deploy/chart.js';
import { cgroupHierarchies, kubeletCgroup } from '../machine.js';
import { NodeDirectory } from './node-directory.js';
import type { ClusterPlan } from './plan.js';

const scripts = `${root}packages/conformance/kubernetes/cluster`;
const emulator = `${root}packages/cloud-emulator/bin/lustre-cloud-emulator.js`;
// Counted from the package, so that it is the built program also where this module runs from its source.
const supervisor = fileURLToPath(
  new URL('../../../dist/kubernetes/cluster/supervise.child.js', import.meta.url),
);

const KUBELET_DIRECTORY = '/var/lib/kubelet';

/** Durations of the emulated clouds. */
const durations = ['--create-seconds', '0.5', '--delete-seconds', '0.3', '--update-seconds', '0.5'];

/**
 * Runs a command in a cluster of its own: a network and a UTS namespace, in it the emulated clouds and the mount simulation, in
 * them a pid and a mount namespace.
 *
 * @returns the exit status of the command
 */
export async function runInCluster(
  directory: string,
  plan: ClusterPlan,
  command: readonly string[],
): Promise<number> {
  const node = new NodeDirectory(directory);
  node.create();
  writeFileSync(node.plan(), JSON.stringify(plan));
  const network = ['--net', '--uts', `${scripts}/network.sh`];
  const clouds = [process.execPath, emulator, 'exec', ...durations, '--'];
  const namespaces = ['unshare', '--pid', '--fork', '--kill-child', '--mount', '--propagation', 'private'];
  const init = [`${scripts}/init.sh`, directory, process.execPath, supervisor, directory];
  const removeMountPoint = makeMountPoint();
  const child = spawn('unshare', [...network, ...clouds, ...namespaces, ...init, ...command], {
    stdio: 'inherit',
  });
  // A signal would end at unshare, which ignores it as long as its child runs.
  const stop = (): void => writeFileSync(node.stop(), '');
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  } finally {
    removeMountPoint();
  }
}

/** Makes the directory on which the node mounts its own, where the machine has none.
 *  @returns the function that removes it */
function makeMountPoint(): () => void {
  if (existsSync(KUBELET_DIRECTORY)) return () => {};
  mkdirSync(KUBELET_DIRECTORY);
  return () => rmdirSync(KUBELET_DIRECTORY);
}

/** Removes kubelet's cgroups, which outlast the processes.
 *  @returns what is left of a cluster on this machine: processes, mounts, network devices, cgroups */
export function leftovers(directory: string): readonly string[] {
  for (const hierarchy of cgroupHierarchies()) removeCgroup(join(hierarchy, kubeletCgroup));
  return [...processesOf(directory), ...mountsBelow(directory), ...devices(), ...cgroups()];
}

/** Removes a cgroup and those below it; what still has processes stays and is reported. */
function removeCgroup(path: string): void {
  for (const name of directoriesIn(path)) removeCgroup(join(path, name));
  try {
    rmdirSync(path);
  } catch {
    // Missing, or not empty.
  }
}

function directoriesIn(path: string): readonly string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Processes whose command line names the directory of the cluster. */
function processesOf(directory: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const line = readQuietly(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    return line.includes(directory) ? [`process ${pid}: ${line}`] : [];
  });
}

const mountsBelow = (directory: string): readonly string[] =>
  readQuietly('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(directory))
    .map((line) => `mount: ${line}`);

/** Devices of the cluster live in its network namespace, which ends with its processes. */
const devices = (): readonly string[] =>
  directoriesOrLinks('/sys/class/net')
    .filter((name) => ['cni0', 'port0', 'port1'].includes(name))
    .map((name) => `network device: ${name}`);

const cgroups = (): readonly string[] =>
  cgroupHierarchies()
    .filter((hierarchy) => directoriesIn(hierarchy).includes(kubeletCgroup))
    .map((hierarchy) => `cgroup: ${join(hierarchy, kubeletCgroup)}`);

const directoriesOrLinks = (path: string): readonly string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
