import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';

/** Milliseconds of a clock tick of the kernel's accounts: USER_HZ is 100 on every architecture of Node.js. */
const TICK_MS = 10;

/** Memory of a process and its children. */
export interface Memory {
  readonly residentBytes: number;
  /** The part that belongs to no file: what a program allocates. */
  readonly anonymousBytes: number;
}

/** CPU time of a process and its children, ended ones included. Milliseconds. */
export function cpuOf(pid: number): number {
  const table = processes();
  return treeOf(pid, table).reduce((sum, each) => sum + (table.get(each)?.cpuMs ?? 0), 0);
}

/** CPU time of the ended children of a process, and theirs. Milliseconds. */
export const cpuOfEndedChildren = (pid: number): number =>
  ticksIn(fieldsOf(textOf(`/proc/${pid}/stat`)).slice(13, 15)) * TICK_MS;

export function memoryOf(pid: number): Memory {
  return { residentBytes: sumOfStatus(pid, 'VmRSS'), anonymousBytes: sumOfStatus(pid, 'RssAnon') };
}

/** Sum of a field of /proc/PID/status, in bytes. */
const sumOfStatus = (pid: number, name: string): number =>
  treeOf(pid, processes()).reduce((total, each) => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(statusOf(each))?.[1] ?? 0;
    return total + Number(kilobytes) * 1024;
  }, 0);

/** Forgets the peak of the resident memory. A kernel without CONFIG_PROC_PAGE_MONITOR keeps it: the peak is then that since the start. */
export function resetPeakMemory(pid: number): void {
  for (const each of treeOf(pid, processes())) {
    try {
      writeFileSync(`/proc/${each}/clear_refs`, RESET_PEAK);
    } catch {
      // Ended meanwhile, or not supported.
    }
  }
}

/** Peak of the resident memory of a process and of its children that live, in bytes. */
export const peakMemoryOf = (pid: number): number => sumOfStatus(pid, 'VmHWM');

/** Value for /proc/PID/clear_refs. Source: proc_pid_clear_refs(5). */
const RESET_PEAK = '5';

/** Finds the process that listens on a UNIX socket. @throws Error if none does, or if its files cannot be seen */
export function ownerOf(socket: string): number {
  const line = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .find((each) => each.endsWith(` ${socket}`) && each.split(' ')[3] === '00010000');
  const inode = line?.trim().split(/\s+/)[6];
  const owner = pids().find((pid) => inode !== undefined && filesOf(pid).includes(`socket:[${inode}]`));
  if (owner !== undefined) return owner;
  throw new Error(
    `no process of this machine is seen to listen on ${socket}: run the benchmark as its user, or as root`,
  );
}

interface Process {
  readonly parent: number;
  readonly cpuMs: number;
}

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);

function processes(): ReadonlyMap<number, Process> {
  return new Map(
    pids().flatMap((pid) => {
      const fields = fieldsOf(textOf(`/proc/${pid}/stat`));
      if (fields.length < 15) return [];
      return [[pid, { parent: Number(fields[1]), cpuMs: ticksIn(fields.slice(11, 15)) * TICK_MS }] as const];
    }),
  );
}

/** Fields of /proc/PID/stat from the third on. The name in brackets before them may contain spaces and brackets. */
const fieldsOf = (stat: string): readonly string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

const ticksIn = (fields: readonly string[]): number => fields.reduce((sum, each) => sum + Number(each), 0);

function treeOf(pid: number, table: ReadonlyMap<number, Process>): readonly number[] {
  const children = [...table].filter(([, { parent }]) => parent === pid).map(([child]) => child);
  return [pid, ...children.flatMap((child) => treeOf(child, table))];
}

const statusOf = (pid: number): string => textOf(`/proc/${pid}/status`);

function filesOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // Ended, or another user's.
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
