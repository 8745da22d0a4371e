import { statfs } from 'node:fs';
import { createInterface } from 'node:readline';
import type { StatfsResponse, StatfsRequest } from './statfs-process.js';

// `statfs.child.js`: measures file systems for the driver, a line of JSON for each request and each response. It is a
// process of its own because a dead server blocks the process that calls statfs(2). It does nothing else: each request
// takes a thread of libuv's pool.

const respond = (answer: StatfsResponse): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, path } = JSON.parse(line) as StatfsRequest;
    statfs(path, { bigint: true }, (error, found) => {
      if (error) return respond({ id, error: { code: error.code ?? '', message: error.message } });
      const { bsize, blocks, bfree, bavail, files, ffree } = found;
      respond({ id, numbers: [bsize, blocks, bfree, bavail, files, ffree].map(String) });
    });
  })
  // The driver has ended. A regular exit would wait for blocked threads.
  .on('close', () => process.kill(process.pid, 'SIGKILL'));

respond({ ready: true });
