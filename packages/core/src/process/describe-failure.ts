import type { CommandResult } from './command.js';

/** Parts of a result that a message needs. */
export type FailedCommand = Pick<CommandResult, 'exitCode' | 'stderr'> &
  Partial<Pick<CommandResult, 'stdout'>>;

/** Longest quotation of a program's output, in characters: a gRPC message must stay short. */
const MAX_QUOTED = 1000;

/** A failed command in the words of a message: `umount /target failed (exit status 32): target is busy`. */
export function describeFailure(title: string, { exitCode, stderr, stdout = '' }: FailedCommand): string {
  const status = exitCode === null ? 'killed by a signal' : `exit status ${exitCode}`;
  const output = (stderr.trim() || stdout.trim()).replaceAll(/\s+/g, ' ').slice(0, MAX_QUOTED);
  return `${title} failed (${status}): ${output || 'it printed nothing'}`;
}
