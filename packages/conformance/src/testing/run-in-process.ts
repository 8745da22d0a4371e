import { runDriver } from '@lustre-csi/driver';
import { providers } from '@lustre-csi/lustre-csi';
import { vi } from 'vitest';

/** End of a run, as the parent of a process would see it. */
export interface EndedRun {
  readonly status: number;
  readonly stderr: string;
}

/** Runs what `lustre-csi` runs, in this process, until it ends. For settings that it refuses: a process of its own takes longer
 *  to start than to end. */
export async function runInProcess(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<EndedRun> {
  let stderr = '';
  const write = vi
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => Boolean((stderr += String(text))));
  try {
    const status = await runDriver({ name: 'lustre-csi', version: '0.0.0', providers, argv, environment });
    return { status, stderr };
  } finally {
    write.mockRestore();
  }
}
