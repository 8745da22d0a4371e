import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectCsi, type CsiClient } from '@lustre-csi/core/client';

/** How long a driver may take to answer its first call. Milliseconds. */
const START_TIMEOUT_MS = 20_000;

export interface DriverProcessOptions {
  /** The driver's JavaScript file, run by the same Node.js. */
  readonly executable: string;
  /** `--driver-name`; absent: the executable has a single provider. */
  readonly driverName?: string;
  readonly mode?: 'controller' | 'node' | 'all';
  /** As `--endpoint` takes it; absent: a socket in a temporary directory. */
  readonly endpoint?: string;
  /** More arguments. */
  readonly args?: readonly string[];
  /** Added to the environment of this process; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The real executable, as a container orchestrator meets it: a process and a socket. */
export interface DriverProcess {
  readonly client: CsiClient;
  /** As `--endpoint` takes it. */
  readonly endpoint: string;
  readonly pid: number;
  /** Everything that it has logged so far. */
  log(): string;
  /** SIGTERM, and wait for the end. Gives the exit status; 128+n where signal n ended it. */
  stop(): Promise<number>;
  /** SIGKILL, and wait for the end. */
  kill(): Promise<void>;
}

/** Starts the executable and returns when it serves.
 *  @throws Error with what it printed, if it ends instead */
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
  const flags = [...name, '--mode', mode, '--endpoint', endpoint, '--node-id', 'node-1'];
  const child = spawn(process.execPath, [executable, ...flags, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

/** Asks once the socket is there: after an attempt that fails, gRPC makes the next one a second later. */
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
