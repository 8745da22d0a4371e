import { dirname } from 'node:path';
import { runOrThrow, runTool, type ToolOptions, type ToolResult } from './run-tool.js';

/** User and group without any right of its own: quotas do not apply to root. */
export const ORDINARY_USER = 65534;

/** Attributes of a file, as stat(1) prints them. Inode numbers of Lustre exceed 2^53. */
export interface Attributes {
  readonly inode: bigint;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
}

export async function attributesOf(path: string): Promise<Attributes> {
  const text = await runOrThrow('stat', ['-c', '%i %a %u %g', path]);
  const [inode = '0', mode = '', uid = '', gid = ''] = text.trim().split(' ');
  return { inode: BigInt(inode), mode, uid: Number(uid), gid: Number(gid) };
}

/** Total space and inodes of the file system that a path lies in, as statfs(2) counts them. */
export async function sizeOf(path: string): Promise<{ readonly bytes: bigint; readonly inodes: bigint }> {
  const [blocks = '0', size = '0', inodes = '0'] = (
    await runOrThrow('stat', ['-f', '-c', '%b %S %c', path])
  ).split(/\s+/);
  return { bytes: BigInt(blocks) * BigInt(size), inodes: BigInt(inodes) };
}

/** Writes a file, below directories that it creates. */
export async function writeText(path: string, text: string): Promise<void> {
  await makeDirectory(dirname(path));
  await runOrThrow('sh', ['-c', 'printf %s "$2" > "$1"', 'sh', path, text]);
}

export const readText = (path: string): Promise<string> => runOrThrow('cat', [path]);

export async function makeDirectory(path: string): Promise<void> {
  await runOrThrow('mkdir', ['-p', path]);
}

export const namesIn = async (path: string): Promise<readonly string[]> =>
  (await runOrThrow('ls', ['-A', path])).split('\n').filter((name) => name !== '');

export const exists = async (path: string): Promise<boolean> =>
  (await runTool('stat', ['-c', '%i', path])).status === 0;

/** Writes zeros, and waits until the servers have them. */
export const fill = (path: string, mebibytes: number, options: ToolOptions = {}): Promise<ToolResult> =>
  runTool('dd', ['if=/dev/zero', `of=${path}`, 'bs=1M', `count=${mebibytes}`, 'conv=fsync'], {
    timeoutMs: 300_000,
    ...options,
  });
