import { spawnSync } from 'node:child_process';
import { SimulationError } from './simulation-error.js';

/** Runs mount(8) without helpers (`-i`), so that it never calls this helper again. */
export const mountInternally = (args: readonly string[]): void => run('mount', ['-i', ...args]);

export const unmountInternally = (target: string): void => run('umount', ['-i', target]);

function run(command: string, args: readonly string[]): void {
  const { error, status, signal, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (!error && status === 0) return;
  const cause = error?.message ?? (stderr.trim() || `ended with ${status ?? signal ?? 'no status'}`);
  throw new SimulationError(`${command} ${args.join(' ')}: ${cause}`);
}
