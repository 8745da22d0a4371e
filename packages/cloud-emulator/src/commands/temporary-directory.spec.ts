import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withTemporaryDirectory } from './temporary-directory.js';

/** Writes files to a directory until it is gone, or 5,000 times. */
const WRITER = 'i=0; while [ $i -lt 5000 ]; do : > "$0/$i" || exit 0; i=$((i+1)); done';

describe('withTemporaryDirectory', () => {
  it('removes a directory that a left process still writes to, and gives the result', async () => {
    let used = '';
    const writer = await withTemporaryDirectory(async (directory) => {
      used = directory;
      const child = spawn('/bin/sh', ['-c', WRITER, directory], { stdio: 'ignore' });
      const ended = once(child, 'exit');
      while (readdirSync(directory).length < 100) await new Promise(setImmediate);
      return { ended };
    });
    expect(existsSync(used)).toBe(false);
    await writer.ended;
  });

  it('hands on the failure of its user, and removes the directory', async () => {
    let used = '';
    const failing = withTemporaryDirectory((directory) => {
      used = directory;
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(used)).toBe(false);
  });
});
