import type { Log } from '../../model/log.js';
import { join } from 'node:path';
import { isTextList, parseFields, StateFiles } from '../state-files.js';

/** That a Lustre client is, or is about to be, mounted in the driver's own directory, for all pods that can share it. */
export interface ClientMountRecord {
  /** Where; as the mount table shows it. */
  readonly path: string;
  /** The root of the file system, as mount(8) was given it. */
  readonly source: string;
  readonly options: readonly string[];
  /** The source that the kernel showed once it was mounted and everything was set on it; absent until then. */
  readonly observedSource?: string;
}

/** The client mounts of this node, in `STATE_DIR/client-mounts`. */
export class ClientMountRecords extends StateFiles<ClientMountRecord> {
  constructor(stateDir: string, log: Log) {
    super(join(stateDir, 'client-mounts'), { keyOf: ({ path }) => path, parse: parseClientMountRecord }, log);
  }
}

/** Reads a state file; undefined if it is none. */
export function parseClientMountRecord(text: string): ClientMountRecord | undefined {
  const fields = parseFields(text);
  if (!fields) return undefined;
  const isComplete =
    typeof fields['path'] === 'string' &&
    typeof fields['source'] === 'string' &&
    ['string', 'undefined'].includes(typeof fields['observedSource']) &&
    isTextList(fields['options']);
  return isComplete ? (fields as unknown as ClientMountRecord) : undefined;
}
