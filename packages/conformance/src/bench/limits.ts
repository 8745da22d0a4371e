import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './figures.js';
import { shellLoop } from './shell.js';

/** Times below which no driver can get on this machine. */
export const limitFigures = {
  statfs: { key: 'limit.statfs', title: 'limit: statfs(2)', unit: 'ms' },
  mountTable: { key: 'limit.mount-table', title: 'limit: read of the mount table', unit: 'ms' },
  spawn: { key: 'limit.spawn', title: 'limit: a process that ends at once', unit: 'ms' },
  bind: { key: 'limit.bind', title: 'limit: mount(8) --bind and umount(8) from a shell', unit: 'ms' },
  roundTrip: { key: 'limit.round-trip', title: 'limit: round trip over a UNIX socket', unit: 'ms' },
  bareMemory: { key: 'limit.node-memory', title: 'limit: resident memory of Node.js alone', unit: 'MB' },
  bareStart: { key: 'limit.node-start', title: 'limit: start and end of Node.js alone', unit: 'ms' },
} as const satisfies Readonly<Record<string, Figure>>;

type Limit = keyof typeof limitFigures;

/** Measures the limits. */
export async function measureLimits(): Promise<Readonly<Record<Limit, number>>> {
  return {
    statfs: timeOf(2_000, () => statfsSync('/')),
    mountTable: timeOf(200, () => readFileSync('/proc/self/mountinfo')),
    spawn: timeOf(30, () => spawnSync('true')),
    bind: bindTime(30),
    roundTrip: await roundTripTime(1_000),
    bareMemory: bareMemory(),
    bareStart: timeOf(3, () => spawnSync(process.execPath, ['-e', ''])),
  };
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
