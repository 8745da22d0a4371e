import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeDirectory } from '../cluster/node-directory.js';

/** Part of a process by which tests find it: all words of its command line and its environment that are given. */
export interface ProcessPattern {
  readonly command: readonly string[];
  readonly environment?: string;
}

/** Process of the driver in a mode. */
export const driverProcess = (driver: string, mode: 'node' | 'controller'): ProcessPattern => ({
  command: ['lustre-csi', `--mode=${mode}`],
  environment: `LUSTRE_CSI_DRIVER_NAME=${driver}`,
});

/** Kills the processes that match, those of all pods of this node, with SIGKILL.
 *  @returns the number of processes */
export function killProcesses({ command, environment = '' }: ProcessPattern): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.filter((pid) => {
    const line = read(`/proc/${pid}/cmdline`);
    return command.every((word) => line.includes(word)) && read(`/proc/${pid}/environ`).includes(environment);
  });
  for (const pid of found) process.kill(Number(pid), 'SIGKILL');
  return found.length;
}

/** Kills a component of the cluster, which its supervisor starts again at once. */
export function killComponent(node: NodeDirectory, name: string): void {
  process.kill(Number(readFileSync(node.pid(name), 'utf8')), 'SIGKILL');
}

/** Kills a component and keeps it down for some time. */
export async function outage(node: NodeDirectory, name: string, seconds: number): Promise<void> {
  writeFileSync(node.hold(name), '');
  try {
    killComponent(node, name);
    await delay(seconds * 1000);
  } finally {
    rmSync(node.hold(name));
  }
}

/** Processes end between the listing and the reading. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
