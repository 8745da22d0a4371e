import type { Log } from '../model/log.js';

/** A log that remembers its lines instead of writing them. */
export class RememberedLog implements Log {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];

  debug = (fields: object, message: string): void =>
    void this.lines.push({ level: 'debug', fields, message });
  info = (fields: object, message: string): void => void this.lines.push({ level: 'info', fields, message });
  warn = (fields: object, message: string): void => void this.lines.push({ level: 'warn', fields, message });
  error = (fields: object, message: string): void =>
    void this.lines.push({ level: 'error', fields, message });
  child = (): Log => this;
}
