import { closeSync, constants, openSync, readSync } from 'node:fs';
import { KERNEL_LOG_BYTES, lustreLinesSince } from './kernel-log-lines.js';

/** Longest record of the kernel's log, in bytes (PRINTKRB_RECORD_MAX is smaller). */
const RECORD_BYTES = 8_192;

/** Reads the log until its end, or as much of it as is bounded. Each read(2) of /dev/kmsg returns one record. */
function readLog(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const record = Buffer.alloc(RECORD_BYTES);
  let text = '';
  try {
    while (text.length < KERNEL_LOG_BYTES) {
      const size = readRecord(file, record);
      if (size === 0) break;
      text += record.toString('utf8', 0, size);
    }
  } finally {
    closeSync(file);
  }
  return text;
}

function readRecord(file: number, record: Buffer): number {
  for (;;) {
    try {
      return readSync(file, record);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return 0; // The end of the log.
      if (code !== 'EPIPE') throw error; // A record that was overwritten meanwhile.
    }
  }
}

// `kernel-log.child.js PATH SINCE`: the lines of Lustre and LNet since then, in microseconds of the kernel's clock.
const [path = '', since = '0'] = process.argv.slice(2);
process.stdout.write(lustreLinesSince(readLog(path), Number(since)).join('\n'));
