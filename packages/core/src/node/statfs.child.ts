import { statfs } from 'node:fs';
import { createInterface } from 'node:readline';
import type { StatfsResponse, StatfsRequest } from './statfs-process.js';

// `statfs.child.js`: asks file systems for their size on behalf of the driver, a line of JSON for each question and each
// answer. It is a process of its own because a dead server holds whoever asks, and does nothing but this: each
// question takes a thread of libuv's pool, which nothing here needs for anything else.

const say = (answer: StatfsResponse): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, path } = JSON.parse(line) as StatfsRequest;
    statfs(path, { bigint: true }, (error, found) => {
      if (error) return say({ id, error: { code: error.code ?? '', message: error.message } });
      const { bsize, blocks, bfree, bavail, files, ffree } = found;
      say({ id, numbers: [bsize, blocks, bfree, bavail, files, ffree].map(String) });
    });
  })
  // The driver has ended. An orderly exit would wait for threads that are held.
  .on('close', () => process.kill(process.pid, 'SIGKILL'));
