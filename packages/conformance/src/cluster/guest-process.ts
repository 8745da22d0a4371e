import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { executable } from '../testing/lustre-csi.js';

/** Script that runs in its own mount namespace, whose mounts below shared directories propagate: it shows the test's list of file
 *  system types, as a kernel with Lustre does. Then the command replaces the shell. */
const enter = `
set -e
mount --make-private /proc
mount --bind "$1" /proc/filesystems
shift
exec "$@"
`;

/** The command `guest` as the container of a pod. */
export interface GuestProcess {
  /** Status and text that a probe gets. */
  probe(path: string): Promise<{ readonly status: number; readonly text: string }>;
  log(): string;
  /** Sends SIGTERM and waits for the end. @returns the exit status */
  stop(): Promise<number>;
}

/** Starts the command `guest`, and returns when it answers probes.
 *  @throws Error with its output, if it ends instead */
export async function startGuest(driverName: string, handOffDir: string): Promise<GuestProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-guest-'));
  const child = launch(directory, [
    ...['--driver-name', driverName, '--hand-off-dir', handOffDir, '--health-address', '127.0.0.1:0'],
    ...['--state-dir', join(directory, 'state'), '--target-dirs', tmpdir()],
  ]);
  const ended = new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 143)));
  const log = (): string => readFileSync(join(directory, 'log'), 'utf8');
  const stop = async (): Promise<number> => {
    child.kill('SIGTERM');
    const status = await ended;
    rmSync(directory, { recursive: true });
    return status;
  };
  while (child.exitCode === null) {
    const address = /"address":"(?<address>[^"]+)"/.exec(log())?.groups?.['address'];
    if (address !== undefined) return { probe: (path) => probe(address, path), log, stop };
    await delay(20);
  }
  const printed = log();
  await stop();
  throw new Error(`the guest ended: ${printed}`);
}

function launch(directory: string, args: readonly string[]): ChildProcess {
  const filesystems = join(directory, 'filesystems');
  writeFileSync(filesystems, 'nodev\tlustre\n');
  const output = openSync(join(directory, 'log'), 'w');
  const namespace = ['-m', '--propagation', 'unchanged', 'sh', '-c', enter, 'sh', filesystems];
  const child = spawn('unshare', [...namespace, process.execPath, executable, 'guest', ...args], {
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

async function probe(address: string, path: string): ReturnType<GuestProcess['probe']> {
  const response = await fetch(`http://${address}${path}`);
  return { status: response.status, text: await response.text() };
}
