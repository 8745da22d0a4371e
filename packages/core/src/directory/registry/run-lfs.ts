import { spawnSync } from 'node:child_process';
import { DirectoryError } from './worker-protocol.js';

/** End of an `lfs`. */
interface LfsOutcome {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs lfs(1) in a directory and gives its output. It blocks as long as the file system does.
 * @throws DirectoryError lfs-missing, lfs with what it said
 */
export function runLfs(args: readonly string[], cwd: string): string {
  const outcome = tryLfs(args, cwd);
  if (outcome.status === 0) return outcome.stdout;
  throw lfsFailure(args, outcome);
}

/** Runs lfs(1) as `runLfs` does, and leaves its exit status to the caller. @throws DirectoryError lfs-missing, lfs */
export function tryLfs(args: readonly string[], cwd: string): LfsOutcome {
  const { status, stdout, stderr, error, signal } = spawnSync('lfs', args, { cwd, encoding: 'utf8' });
  if (!error) return { status, stdout, stderr, signal };
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  throw new DirectoryError({
    reason: code === 'ENOENT' ? 'lfs-missing' : 'lfs',
    path: '',
    code: `lfs ${args.join(' ')}: ${code}`,
  });
}

/** Error of an lfs that failed, with what it said; some failures are explained on stdout. */
export function lfsFailure(
  args: readonly string[],
  { status, signal, stdout, stderr }: LfsOutcome,
): DirectoryError {
  const said = (stderr.trim() || stdout.trim() || 'it said nothing').slice(0, 500);
  return new DirectoryError({
    reason: 'lfs',
    path: '',
    code: `lfs ${args.join(' ')} (${signal ?? `exit status ${status}`}): ${said}`,
  });
}
