import { spawnSync } from 'node:child_process';
import { DirectoryError } from './worker-protocol.js';

/**
 * Runs lfs(1) in a directory and gives its output. It blocks as long as the file system does.
 * @throws DirectoryError lfs-missing, lfs with what it said
 */
export function runLfs(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error, signal } = spawnSync('lfs', args, { cwd, encoding: 'utf8' });
  const command = `lfs ${args.join(' ')}`;
  if (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new DirectoryError({
      reason: code === 'ENOENT' ? 'lfs-missing' : 'lfs',
      path: '',
      code: `${command}: ${code}`,
    });
  }
  if (status === 0) return stdout;
  const said = (stderr.trim() || stdout.trim() || 'it said nothing').slice(0, 500);
  throw new DirectoryError({
    reason: 'lfs',
    path: '',
    code: `${command} (${signal ?? `exit status ${status}`}): ${said}`,
  });
}
