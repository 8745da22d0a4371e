import type { Log } from '@lustre-csi/core';
import { boundedFields, boundedText } from '@lustre-csi/core/server';
import { destination, pino, stdTimeFunctions } from 'pino';

/** Creates a log of JSON lines on stdout, or another descriptor. Writes synchronously: the last lines of a killed process
 *  matter most. Lines are bounded, so that no request and no error fills the log. */
export function createLog(level: string, fields: object, descriptor = 1): Log {
  return pino(
    {
      level,
      base: fields,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: boundedFields },
      serializers: { err: (fields: unknown) => fields },
      hooks: {
        logMethod([fields, message], write) {
          write.call(this, fields, boundedText(String(message)));
        },
      },
    },
    destination({ fd: descriptor, sync: true }),
  );
}
