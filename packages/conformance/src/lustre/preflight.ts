import { existsSync, readFileSync } from 'node:fs';
import { runTool } from './run-tool.js';

/** Lustre client that this machine has. */
export interface ClientTools {
  /** The kernel has the file system type `lustre`; false: a simulation stands in for it. */
  readonly kernelClient: boolean;
  readonly lfs: boolean;
  readonly lctl: boolean;
}

/** File system types of the running kernel include `lustre`, given the text of /proc/filesystems. */
export const hasLustreType = (filesystems: string): boolean => /^(?:nodev)?\s*lustre$/m.test(filesystems);

const loaded = (): boolean => hasLustreType(readFileSync('/proc/filesystems', 'utf8'));

/** Requirements of the whole suite.
 *  @returns the tools, or the reason to skip the suite */
export async function findClient(): Promise<ClientTools | string> {
  if (process.platform !== 'linux') return `a Lustre client needs Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'mounting needs root';
  if (!(await isInstalled('mount.lustre'))) {
    return 'there is no Lustre client: mount.lustre is missing (packages lustre-client-utils, lustre-client or the like)';
  }
  if (!loaded()) await runTool('modprobe', ['lustre'], { timeoutMs: 60_000 });
  const [lfs, lctl] = await Promise.all([isInstalled('lfs'), isInstalled('lctl')]);
  return { kernelClient: loaded() || existsSync('/sys/fs/lustre'), lfs, lctl };
}

const isInstalled = async (program: string): Promise<boolean> =>
  (await runTool('sh', ['-c', 'command -v "$1"', 'sh', program])).status === 0;
