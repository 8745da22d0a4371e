import type { Log } from '@lustre-csi/core';
import { destination, pino, stdTimeFunctions } from 'pino';

/** JSON lines on stdout, or another descriptor. Written synchronously: the last words of a process that is killed matter most. */
export function createLog(level: string, fields: object, descriptor = 1): Log {
  return pino(
    {
      level,
      base: fields,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ fd: descriptor, sync: true }),
  );
}
