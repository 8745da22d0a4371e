import { spawnSync } from 'node:child_process';

/** Runs a shell program; `$1` and so on are the arguments. @throws Error with what it printed */
export function shell(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync('sh', ['-ec', program, 'sh', ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} (${args.join(' ')}) failed: ${stderr.trim()}`);
}

/** Runs a shell command many times in one shell. @throws Error with what it printed */
export const shellLoop = (command: string, times: number, args: readonly string[]): void =>
  shell(`for each in $(seq ${times}); do ${command}; done`, args);
