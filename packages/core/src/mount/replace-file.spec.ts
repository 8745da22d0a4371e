import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemCallError, type SystemCall, type SystemCallResult } from '../process/system-calls.js';
import { replaceFileBy } from './replace-file.js';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'replace-file-'));
  path = join(directory, 'file');
  await writeFile(path, 'old');
});
afterEach(() => rm(directory, { recursive: true }));

const EOPNOTSUPP = 95;
const ELOOP = 40;
const ENXIO = 6;
const failure = (errno: number): SystemCallResult => ({ error: systemCallError(errno) });

/** Replaces the file by calls with this result, and returns its text with the calls. */
async function replaced(result: SystemCallResult | undefined, text = 'new') {
  const calls: SystemCall[] = [];
  const complete = async (call: SystemCall) => {
    calls.push(call);
    return result;
  };
  await replaceFileBy({ complete })(path, text);
  return { calls, text: await readFile(path, 'utf8') };
}

describe('replaceFileBy', () => {
  it('leaves the work to the call', async () => {
    expect(await replaced({})).toEqual({ calls: [['write', path, 'new']], text: 'old' });
  });

  it.each([
    ['the text is long, or the file has another kind', failure(EOPNOTSUPP)],
    ['a symlink is in the place of the file', failure(ELOOP)],
    ['a FIFO is in the place of the file', failure(ENXIO)],
    ['the process of the call was killed', { wasKilled: true }],
    ['the program cannot run', undefined],
  ] satisfies [string, SystemCallResult | undefined][])(
    'replaces the file in this process where %s',
    async (_, result) => {
      expect(await replaced(result)).toMatchObject({ text: 'new' });
    },
  );

  it.each([
    ['ENOSPC', 28],
    ['EROFS', 30],
    ['EACCES', 13],
    ['EIO', 5],
    ['EISDIR', 21],
  ])('reports %s with the path', async (code, errno) => {
    const words = systemCallError(errno).words;
    await expect(replaced(failure(errno))).rejects.toThrow(`${code}: ${words}, '${path}'`);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});
