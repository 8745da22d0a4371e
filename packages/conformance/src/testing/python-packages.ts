import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Limit of an installation with an empty cache of pip, in milliseconds. */
const INSTALL_MS = 600_000;

/** Installs Python packages once, and keeps them in the cache directory.
 *  @param packages with pinned versions: `name==1.2.3`
 *  @returns directory for PYTHONPATH
 *  @throws Error with the output of pip */
export async function pythonPackages(cache: string, packages: readonly string[]): Promise<string> {
  const digest = createHash('sha256').update(packages.join()).digest('hex').slice(0, 12);
  const directory = join(cache, `python-${digest}`);
  if (existsSync(directory)) return directory;
  mkdirSync(cache, { recursive: true });
  const scratch = join(cache, `python-${digest}-${process.pid}`);
  try {
    const options = ['--quiet', '--disable-pip-version-check', '--no-compile', '--target', scratch];
    await run('pip3', ['install', ...options, ...packages], { timeout: INSTALL_MS });
    renameSync(scratch, directory);
  } catch (error) {
    // Another worker may have been faster.
    if (!existsSync(directory)) throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return directory;
}
