import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasGo } from './go-tool.js';

const run = promisify(execFile);

/** Time limit of a build with empty Go caches. Milliseconds. */
const BUILD_MS = 600_000;

/** Builds a Go program of this package, once for each version of its sources. The build leaves the processor to other work.
 *  @param directory directory of its module, with go.mod and go.sum
 *  @returns the path of the executable; undefined without a Go toolchain, unless CI needs it
 *  @throws Error with the output of the Go toolchain */
export async function obtainGoProgram(
  cacheDirectory: string,
  directory: string,
  name: string,
): Promise<string | undefined> {
  const executable = join(cacheDirectory, `${name}-${versionOf(directory)}`);
  if (existsSync(executable)) return executable;
  if (!(await hasGo()) && process.env['CI'] !== 'true') return undefined;
  mkdirSync(cacheDirectory, { recursive: true });
  const unfinished = `${executable}-${process.pid}`;
  const env = { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false', CGO_ENABLED: '0' };
  const args = ['-n', '19', 'go', 'build', '-o', unfinished, '.'];
  await run('nice', args, { cwd: directory, env, timeout: BUILD_MS, maxBuffer: 16 * 1024 * 1024 });
  renameSync(unfinished, executable);
  return executable;
}

function versionOf(directory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory).sort())
    hash.update(name).update(readFileSync(join(directory, name)));
  return hash.digest('hex').slice(0, 12);
}
