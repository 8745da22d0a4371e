import type { Log } from '../../model/log.js';

/** Log that discards every entry. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
