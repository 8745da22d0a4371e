import { execFileSync } from 'node:child_process';
import { openSync, readSync, writeSync } from 'node:fs';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

// `silent-server.js SOURCE TARGET`: mounts a FUSE file system that takes every request and answers none, so that the
// kernel blocks every process that uses it (state D), as with a dead Lustre server. A line on stdin makes it answer, also
// the requests that wait: every name is a directory then. Prints `mounted`, and `statfs` or `lookup` for each of them that waits.

const OPCODE_LOOKUP = 1;
const OPCODE_STATFS = 17;
const OPCODE_INIT = 26;
/** FORGET, INTERRUPT, BATCH_FORGET: requests without an answer. */
const WITHOUT_ANSWER = [2, 36, 42];
const OUT_HEADER = 16;
const ENOSYS = 38;

/** struct fuse_out_header, with room for a body. */
function reply(unique: bigint, bodySize: number, error = 0): Buffer {
  const out = Buffer.alloc(OUT_HEADER + bodySize);
  out.writeUInt32LE(out.length, 0);
  out.writeInt32LE(-error, 4);
  out.writeBigUInt64LE(unique, 8);
  return out;
}

/** struct fuse_init_out: FUSE 7.31, requests of up to 4 KiB. */
function initReply(unique: bigint): Buffer {
  const out = reply(unique, 64);
  out.writeUInt32LE(7, OUT_HEADER);
  out.writeUInt32LE(31, OUT_HEADER + 4);
  out.writeUInt32LE(4096, OUT_HEADER + 20);
  return out;
}

/** struct fuse_statfs_out: 1000 blocks of 4 KiB, 400 free, 300 of them for users; 50 inodes, 40 free. */
function statfsReply(unique: bigint): Buffer {
  const out = reply(unique, 80);
  [1000n, 400n, 300n, 50n, 40n].forEach((value, index) =>
    out.writeBigUInt64LE(value, OUT_HEADER + index * 8),
  );
  [4096, 255, 4096].forEach((value, index) => out.writeUInt32LE(value, OUT_HEADER + 40 + index * 4));
  return out;
}

/** struct fuse_entry_out: a directory, not to be remembered. */
function lookupReply(unique: bigint): Buffer {
  const out = reply(unique, 128);
  const [inode, attributes] = [2n, OUT_HEADER + 40];
  out.writeBigUInt64LE(inode, OUT_HEADER);
  out.writeBigUInt64LE(inode, attributes);
  out.writeUInt32LE(0o40755, attributes + 60);
  out.writeUInt32LE(2, attributes + 64);
  return out;
}

const replies: Readonly<Record<number, (unique: bigint) => Buffer>> = {
  [OPCODE_LOOKUP]: lookupReply,
  [OPCODE_STATFS]: statfsReply,
};

interface Request {
  readonly opcode: number;
  readonly unique: bigint;
}

function serve(device: number): void {
  const pending: Request[] = [];
  let isHealthy = false;
  const answer = ({ opcode, unique }: Request): void => {
    writeSync(device, replies[opcode]?.(unique) ?? reply(unique, 0, ENOSYS));
  };
  // Reading the device blocks, so that a thread of its own does it.
  new Worker(new URL(import.meta.url), { workerData: device }).on('message', (request: Request) => {
    if (request.opcode === OPCODE_INIT) writeSync(device, initReply(request.unique));
    else if (WITHOUT_ANSWER.includes(request.opcode)) return;
    else if (isHealthy) answer(request);
    else {
      pending.push(request);
      const what = { [OPCODE_LOOKUP]: 'lookup', [OPCODE_STATFS]: 'statfs' }[request.opcode];
      if (what !== undefined) process.stdout.write(`${what}\n`);
    }
  });
  process.stdin.on('data', () => {
    isHealthy = true;
    pending.splice(0).forEach(answer);
  });
  process.stdin.on('end', () => process.exit(0));
}

function readRequests(device: number): void {
  const buffer = Buffer.alloc(64 * 1024);
  for (;;) {
    readSync(device, buffer); // Throws when the file system is unmounted: the server's end.
    parentPort?.postMessage({ opcode: buffer.readUInt32LE(4), unique: buffer.readBigUInt64LE(8) });
  }
}

if (isMainThread) {
  const [source = '', target = ''] = process.argv.slice(2);
  const device = openSync('/dev/fuse', 'r+');
  serve(device);
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
  execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, source, target], {
    stdio: ['ignore', 'inherit', 'inherit', device],
  });
  process.stdout.write('mounted\n');
} else {
  readRequests(workerData as number);
}
