/** Structured logging: fields first, then the words. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
  /** Returns true if lines of a level are written. Absent: all are. */
  isLevelEnabled?(level: 'debug' | 'info'): boolean;
}
