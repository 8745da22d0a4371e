import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The upstream conformance suite, pinned. */
export const csiSanityVersion = 'v5.6.0';
const MODULE = 'github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity';

/** Building it takes a minute or two where Go's caches are cold. Milliseconds. */
const BUILD_TIMEOUT_MS = 600_000;

/** Whether there is a Go toolchain to build the suite with. */
export async function hasGo(): Promise<boolean> {
  try {
    await run('go', ['version']);
    return true;
  } catch {
    return false;
  }
}

/** Whether the suite has been built already: then it needs no Go toolchain and no network. */
export const isCached = (cacheDirectory: string): boolean => existsSync(executableIn(cacheDirectory));

const executableIn = (cacheDirectory: string): string =>
  join(cacheDirectory, `csi-sanity-${csiSanityVersion}`);

/** The suite's executable; built once, through the Go module proxy, and kept in the directory.
 *  @throws Error with what the Go toolchain said */
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
