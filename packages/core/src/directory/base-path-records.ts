import type { Log } from '../model/log.js';
import { join } from 'node:path';
import { parseFields, StateFiles, isTextList } from '../mount/state-files.js';

/** A base path on a file system, as handles name them. */
export interface BasePathRecord {
  readonly parent: string;
  readonly base: readonly string[];
}

/** Base paths in which this driver has created directories, in `STATE_DIR/directory-places`: ListVolumes shows their
 *  volumes, and a restarted driver continues with their trash. Volumes are found without it. */
export class BasePathRecords extends StateFiles<BasePathRecord> {
  constructor(stateDir: string, log: Log) {
    super(join(stateDir, 'directory-places'), { keyOf: basePathKey, parse: parseBasePathRecord }, log);
  }
}

export const basePathKey = ({ parent, base }: BasePathRecord): string => JSON.stringify([parent, base]);

/** Reads a state file; undefined if it is none. */
export function parseBasePathRecord(text: string): BasePathRecord | undefined {
  const fields = parseFields(text);
  // Earlier versions of the driver named the field `host`.
  const parent = fields?.['parent'] ?? fields?.['host'];
  const base = fields?.['base'];
  return typeof parent === 'string' && isTextList(base) ? { parent, base } : undefined;
}
