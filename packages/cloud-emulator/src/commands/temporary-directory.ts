import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A process that the command left behind may still write while the directory is removed: tries again, about 5 s. */
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;

/**
 * Runs `use` with a new directory, and removes the directory afterwards with its content. A directory that cannot be
 * removed is named on standard error: the result of `use` stands.
 */
export async function withTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-emulator-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, removal).catch((error: Error) => {
      process.stderr.write(`lustre-cloud-emulator: ${directory} is left behind: ${error.message}\n`);
    });
  }
}
