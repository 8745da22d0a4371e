import type { Log } from '@lustre-csi/core';
import { boundedFields, boundedText } from '@lustre-csi/core/server';
import { destination, pino, stdTimeFunctions } from 'pino';
import { textLine } from './text-line.js';

/** Format of log lines: JSON objects, or text for people. */
export type LogFormat = 'json' | 'text';

/** Output of a log. */
export interface LogOutput {
  /** Default: JSON. */
  readonly format?: LogFormat;
  /** Default: stdout. */
  readonly descriptor?: number;
}

/** Creates a log of lines on stdout, or another descriptor. Writes synchronously: the last lines of a killed process
 *  matter most. Lines are bounded, so that no request and no error fills the log. */
export function createLog(
  level: string,
  fields: object,
  { format = 'json', descriptor = 1 }: LogOutput = {},
): Log {
  const output = destination({ fd: descriptor, sync: true });
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
    format === 'json' ? output : { write: (line: string) => void output.write(textLine(line)) },
  );
}
