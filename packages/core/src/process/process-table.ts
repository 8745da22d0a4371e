import { readFile, readdir } from 'node:fs/promises';

/** Entry of /proc/PID/stat (proc(5)). Reading it never blocks, even if the process is stuck. */
export interface ProcessStat {
  readonly pid: number;
  /** First 15 bytes of the program's name. */
  readonly name: string;
  /** State: `R` running, `S` sleeping, `D` uninterruptible, `Z` ended but not yet reaped, and so on. */
  readonly state: string;
  readonly group: number;
  /** Start in clock ticks since boot: together with the pid it identifies a process for ever. */
  readonly startedAtTicks: string;
}

/** Parses one /proc/PID/stat. The name is in parentheses and may itself hold blanks and parentheses. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const [state, group, startedAtTicks] = [fields[0], fields[2], fields[19]];
  if (!state || group === undefined || startedAtTicks === undefined) return undefined;
  return {
    pid: Number.parseInt(text, 10),
    name: text.slice(open + 1, close),
    state,
    group: Number(group),
    startedAtTicks,
  };
}

/** Returns the process, or undefined if there is none with this id. */
export async function readProcess(pid: number): Promise<ProcessStat | undefined> {
  try {
    const process = parseProcessStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    return process?.state === 'Z' ? { ...process, state: await stateOfThreads(pid) } : process;
  } catch {
    return undefined; // It ended after the directory was listed.
  }
}

/** State of a process whose first thread has ended: another thread may still be blocked in the kernel. */
async function stateOfThreads(pid: number): Promise<string> {
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const found = parseProcessStat(await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8'));
    if (found && isAlive(found)) return found.state;
  }
  return 'Z';
}

/** Lists every process that this one can see. */
export async function listProcesses(): Promise<readonly ProcessStat[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes: ProcessStat[] = [];
  for (const pid of pids) {
    const process = await readProcess(pid);
    if (process) processes.push(process);
  }
  return processes;
}

/** Returns the arguments of a process; empty if it is gone. */
export async function readArguments(pid: number): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** Returns the kernel function in which a process waits (/proc/PID/wchan); undefined if it runs, or the kernel shows none. */
export async function readWaitChannel(pid: number): Promise<string | undefined> {
  try {
    const name = (await readFile(`/proc/${pid}/wchan`, 'utf8')).trim();
    return /^[a-z_]\w*$/i.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Returns true if a process still runs; one that only waits to be reaped does not. */
export const isAlive = (process: ProcessStat): boolean => process.state !== 'Z' && process.state !== 'X';

/** Returns the processes that still run. */
export async function stillAlive(processes: readonly ProcessStat[]): Promise<readonly ProcessStat[]> {
  const alive: ProcessStat[] = [];
  for (const { pid, startedAtTicks } of processes) {
    const now = await readProcess(pid);
    if (now && now.startedAtTicks === startedAtTicks && isAlive(now)) alive.push(now);
  }
  return alive;
}

/** Returns the members of a process group that still run. */
export async function groupMembers(group: number): Promise<readonly ProcessStat[]> {
  return (await listProcesses()).filter((process) => process.group === group && isAlive(process));
}
