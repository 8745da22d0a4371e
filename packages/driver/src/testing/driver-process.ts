import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectCsi, type CsiClient } from '@lustre-csi/core/client';

/** Time in which a driver has to answer its first call. Milliseconds. */
const START_TIMEOUT_MS = 20_000;

export interface DriverProcessOptions {
  /** The driver's JavaScript file, run by the same Node.js. */
  readonly executable: string;
  /** `--driver-name`; absent: the executable has a single provider. */
  readonly driverName?: string;
  readonly mode?: 'controller' | 'node' | 'all';
  /** Value of `--endpoint`; absent: a socket in a temporary directory. */
  readonly endpoint?: string;
  /** More arguments. */
  readonly args?: readonly string[];
  /** Variables to add to the environment of this process; undefined removes one. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A running driver as a container orchestrator sees it: a process and a socket. */
export interface DriverProcess {
  readonly client: CsiClient;
  /** Value of `--endpoint`. */
  readonly endpoint: string;
  readonly pid: number;
  /** Output so far. */
  log(): string;
  /** Sends SIGTERM and waits for the end.
   *  @returns the exit status; 128+n if signal n ended the process */
  stop(): Promise<number>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
}

/** Starts the executable and returns when it serves. Its volumes can be published in kubelet's directories, and below the
 *  temporary directory.
 *  @throws Error with its output, if it ends instead */
export async function startDriverProcess(options: DriverProcessOptions): Promise<DriverProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-'));
  const endpoint = options.endpoint ?? `unix://${directory}/csi.sock`;
  const logFile = join(directory, 'log');
  const child = launch(options, endpoint, logFile);
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (status, signal) => resolve(status ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
  const log = (): string => readFileSync(logFile, 'utf8');
  const client = connectCsi(endpoint);
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    child.kill(signal);
    const status = await ended;
    client.close();
    rmSync(directory, { recursive: true, force: true });
    return status;
  };
  const running = await Promise.race([firstAnswer(client, endpoint), ended]);
  if (running !== 'serving') {
    const printed = log();
    await end('SIGKILL');
    throw new Error(`${options.executable} did not start (${running}): ${printed}`);
  }
  return {
    client,
    endpoint,
    pid: child.pid ?? 0,
    log,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

function launch(options: DriverProcessOptions, endpoint: string, logFile: string): ChildProcess {
  const { executable, driverName, mode = 'all', args = [], environment = {} } = options;
  const output = openSync(logFile, 'w');
  const name = driverName === undefined ? [] : ['--driver-name', driverName];
  const node = ['--node-id', 'node-1', '--target-dirs', tmpdir()];
  const flags = [...name, '--mode', mode, '--endpoint', endpoint, ...node];
  const child = spawn(process.execPath, [executable, ...flags, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

/** Waits for the socket before the first call: after a failed attempt, gRPC waits a second before the next one. */
async function firstAnswer(client: CsiClient, endpoint: string): Promise<'serving' | 'silent'> {
  const socket = endpoint.startsWith('unix://') ? endpoint.slice('unix://'.length) : undefined;
  const giveUp = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUp) {
    if (socket !== undefined && !existsSync(socket)) {
      await delay(20);
      continue;
    }
    try {
      await client.identity.probe({}, { deadline: Date.now() + 1000 });
      return 'serving';
    } catch {
      await delay(50);
    }
  }
  return 'silent';
}
