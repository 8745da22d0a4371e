import type { Log } from '@lustre-csi/core';
import { destination, pino, stdTimeFunctions } from 'pino';

/** Creates a log of JSON lines on stdout, or another descriptor. Writes synchronously: the last lines of a killed process
 *  matter most. */
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
