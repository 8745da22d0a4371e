import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectCsi } from '@lustre-csi/core/client';
import { prepareGeneric } from '../testing/directory-bench.js';
import { cpuOfCalls } from './call-figures.js';
import type { Figure } from './figures.js';
import { shellLoop } from './shell.js';
import { untilServed } from './until-served.js';
import { cpuOfEndedChildren } from './usage.js';

/** Times below which no driver can get on this machine. */
export const limitFigures = {
  statfs: { key: 'limit.statfs', title: 'limit: statfs(2)', unit: 'ms' },
  mountTable: { key: 'limit.mount-table', title: 'limit: read of the mount table', unit: 'ms' },
  spawn: { key: 'limit.spawn', title: 'limit: a process that ends at once', unit: 'ms' },
  bind: { key: 'limit.bind', title: 'limit: mount(8) --bind and umount(8) from a shell', unit: 'ms' },
  bindCpu: { key: 'limit.bind-cpu', title: 'limit: CPU of mount(8) --bind and umount(8)', unit: 'ms' },
  clientCpu: {
    key: 'limit.client-cpu',
    title: 'limit: CPU of mount(8) -t lustre, as it is simulated, and umount(8)',
    unit: 'ms',
  },
  roundTrip: { key: 'limit.round-trip', title: 'limit: round trip over a UNIX socket', unit: 'ms' },
  bareMemory: { key: 'limit.node-memory', title: 'limit: resident memory of Node.js alone', unit: 'MB' },
  bareStart: { key: 'limit.node-start', title: 'limit: start and end of Node.js alone', unit: 'ms' },
  bareStartCpu: { key: 'limit.node-start-cpu', title: 'limit: CPU of Node.js alone', unit: 'ms' },
  emptyCall: {
    key: 'limit.call-cpu',
    title: 'limit: CPU of an empty call on grpc-js, 16 at once',
    unit: 'us',
  },
} as const satisfies Readonly<Record<string, Figure>>;

type Limit = keyof typeof limitFigures;

/** Measures the limits.
 *  @param calls number of calls of which the CPU is measured */
export async function measureLimits(calls: number): Promise<Readonly<Record<Limit, number>>> {
  const startNode = (): unknown => spawnSync(process.execPath, ['-e', '']);
  const bindCpu = cpuOfChildren(() => bindTime(BINDS));
  const clientCpu = cpuOfChildren(() => mountClients(CLIENTS));
  return {
    statfs: timeOf(2_000, () => statfsSync('/')),
    mountTable: timeOf(200, () => readFileSync('/proc/self/mountinfo')),
    spawn: timeOf(30, () => spawnSync('true')),
    bind: bindTime(30),
    bindCpu: bindCpu / BINDS,
    clientCpu: clientCpu / CLIENTS,
    roundTrip: await roundTripTime(1_000),
    bareMemory: bareMemory(),
    bareStart: timeOf(3, startNode),
    bareStartCpu: cpuOfChildren(() => timeOf(STARTS - 1, startNode)) / STARTS,
    emptyCall: await emptyCall(calls),
  };
}

/** Executions of which the CPU is measured: the kernel counts it in steps of 10 ms. */
const BINDS = 60;
const CLIENTS = 30;
const STARTS = 6;

/** Milliseconds of CPU of the processes that work starts and waits for. */
function cpuOfChildren(work: () => void): number {
  const before = cpuOfEndedChildren(process.pid);
  work();
  return cpuOfEndedChildren(process.pid) - before;
}

/** Time in which the empty server has to listen. Milliseconds. */
const EMPTY_SERVER_START_MS = 20_000;

/** Microseconds of CPU of a call without a handler. */
async function emptyCall(calls: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  const address = `unix:${join(directory, 'empty.sock')}`;
  const program = fileURLToPath(new URL('../testing/empty-server.child.js', import.meta.url));
  const child = spawn(process.execPath, [program, address], { stdio: 'inherit' });
  const client = connectCsi(address.replace('unix:', 'unix://'));
  try {
    const call = (): Promise<unknown> => client.node.nodeGetCapabilities({});
    await untilServed(address.slice('unix:'.length), call, EMPTY_SERVER_START_MS);
    let cpu = 0;
    // As many calls as the driver gets, since a young process compiles what it runs.
    for (const concurrency of [1, 16]) {
      cpu = await cpuOfCalls(child.pid ?? 0, call, { calls, concurrency });
    }
    return cpu;
  } finally {
    client.close();
    child.kill();
    rmSync(directory, { recursive: true });
  }
}

/** Milliseconds of one execution. */
function timeOf(times: number, work: () => unknown): number {
  work();
  const began = performance.now();
  for (let each = 0; each < times; each += 1) work();
  return (performance.now() - began) / times;
}

function bindTime(times: number): number {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  try {
    const began = performance.now();
    shellLoop(`mount -n --bind "$1" "$1" && umount -n "$1"`, times, [directory]);
    return (performance.now() - began) / times;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Mounts Lustre clients, whose mount.lustre is a program in Node.js where no compiler has built another one. */
function mountClients(times: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  try {
    const { source } = prepareGeneric();
    shellLoop(`mount -n -t lustre "$1" "$2" && umount -n "$2"`, times, [source, directory]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function roundTripTime(times: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(join(directory, 'echo.sock'));
  await once(server, 'listening');
  const client = connect(join(directory, 'echo.sock'));
  await once(client, 'connect');
  const began = performance.now();
  for (let each = 0; each < times; each += 1) {
    client.write('x');
    await once(client, 'data');
  }
  const time = (performance.now() - began) / times;
  client.destroy();
  server.close();
  rmSync(directory, { recursive: true });
  return time;
}

function bareMemory(): number {
  const program =
    "console.log(/VmRSS:\\s+(\\d+)/.exec(require('fs').readFileSync('/proc/self/status','utf8'))[1])";
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  return (Number(stdout) * 1024) / 1e6;
}
