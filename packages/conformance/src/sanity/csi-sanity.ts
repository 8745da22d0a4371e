import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Pinned version of the upstream conformance suite. */
export const csiSanityVersion = 'v5.6.0';
const MODULE = 'github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity';

/** Time limit of the build, which takes a minute or two with empty Go caches. Milliseconds. */
const BUILD_TIMEOUT_MS = 600_000;

/** Reports the presence of a Go toolchain, which builds the suite. */
export async function hasGo(): Promise<boolean> {
  try {
    await run('go', ['version']);
    return true;
  } catch {
    return false;
  }
}

/** Reports that the suite is already built: it then needs no Go toolchain and no network. */
export const isCached = (cacheDirectory: string): boolean => existsSync(executableIn(cacheDirectory));

const executableIn = (cacheDirectory: string): string =>
  join(cacheDirectory, `csi-sanity-${csiSanityVersion}`);

/** Builds the suite once, through the Go module proxy, and keeps it in the directory.
 *  @returns the path of the executable
 *  @throws Error with the output of the Go toolchain */
export async function obtainCsiSanity(cacheDirectory: string): Promise<string> {
  const executable = executableIn(cacheDirectory);
  if (isCached(cacheDirectory)) return executable;
  const scratch = join(cacheDirectory, `build-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: scratch, GOFLAGS: '' };
    await run('go', ['install', `${MODULE}@${csiSanityVersion}`], { env, timeout: BUILD_TIMEOUT_MS });
    renameSync(join(scratch, 'csi-sanity'), executable);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return executable;
}
