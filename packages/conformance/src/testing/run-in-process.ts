import { runDriver } from '@lustre-csi/driver';
import { providers } from '@lustre-csi/lustre-csi';

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
  const { write } = process.stderr;
  let stderr = '';
  process.stderr.write = (text: string | Uint8Array): boolean => Boolean((stderr += String(text)));
  try {
    const status = await runDriver({ name: 'lustre-csi', version: '0.0.0', providers, argv, environment });
    return { status, stderr };
  } finally {
    process.stderr.write = write;
  }
}
