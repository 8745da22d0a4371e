import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Program that the Go toolchain builds, through the module proxy, in a pinned version. */
export interface GoTool {
  /** Last element of the package's path. */
  readonly name: string;
  /** Path of the main package. */
  readonly path: string;
  readonly version: string;
  /** Time limit of the build with empty Go caches. Milliseconds. */
  readonly buildTimeoutMs: number;
}

/** Reports the presence of a Go toolchain. */
export async function hasGo(): Promise<boolean> {
  try {
    await run('go', ['version']);
    return true;
  } catch {
    return false;
  }
}

/** Path of the executable in a cache directory. */
const executableIn = (cacheDirectory: string, { name, version }: GoTool): string =>
  join(cacheDirectory, `${name}-${version}`);

/** Reports that the tool is already built: it then needs no Go toolchain and no network. */
export const isBuilt = (cacheDirectory: string, tool: GoTool): boolean =>
  existsSync(executableIn(cacheDirectory, tool));

/** Builds the tool once and keeps it in the directory. The build leaves the processor to other work.
 *  @returns the path of the executable
 *  @throws Error with the output of the Go toolchain */
export async function obtainGoTool(cacheDirectory: string, tool: GoTool): Promise<string> {
  const executable = executableIn(cacheDirectory, tool);
  if (isBuilt(cacheDirectory, tool)) return executable;
  const scratch = join(cacheDirectory, `build-${tool.name}-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: scratch, GOFLAGS: '', CGO_ENABLED: '0' };
    const args = ['-n', '19', 'go', 'install', `${tool.path}@${tool.version}`];
    await run('nice', args, { env, timeout: tool.buildTimeoutMs, maxBuffer: 16 * 1024 * 1024 });
    renameSync(join(scratch, tool.name), executable);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return executable;
}
