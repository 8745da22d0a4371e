import { statfs } from 'node:fs';

// `statfs.child.js`: measures file systems for the driver where `system-calls` was not built, in its protocol. It is a process
// of its own because a dead server blocks the process that calls statfs(2). It does nothing else: each request takes a thread of
// libuv's pool.

const respond = (line: string): void => void process.stdout.write(`${line}\n`);

function measure(id: string, path: string): void {
  statfs(path, { bigint: true }, (error, found) => {
    if (error) return respond(`${id} ${-(error.errno ?? 0)}`);
    const { bsize, blocks, bfree, bavail, files, ffree } = found;
    respond([id, 0, bsize, blocks, bfree, bavail, files, ffree].join(' '));
  });
}

let received = '';
process.stdin
  .setEncoding('utf8')
  .on('data', (chunk: string) => {
    const fields = (received + chunk).split('\0');
    const complete = fields.length - 1 - ((fields.length - 1) % 3);
    for (let at = 0; at < complete; at += 3) measure(fields[at] ?? '', fields[at + 2] ?? '');
    received = fields.slice(complete).join('\0');
  })
  // The driver has ended. A regular exit would wait for blocked threads.
  .on('close', () => process.kill(process.pid, 'SIGKILL'));

respond('ready');
