import type { Log } from '../../model/log.js';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isClientMountKey } from './client-mount-key.js';
import type { ReplaceFile } from '../replace-file.js';
import { isTextList, parseFields, StateFiles } from '../state-files.js';

/** Record of a Lustre client that is, or is about to be, mounted in the driver's own directory, for all pods that can share
 *  it. */
export interface ClientMountRecord {
  /** Mount point, as the mount table shows it. */
  readonly path: string;
  /** Root of the file system, in the form that mount(8) gets. */
  readonly source: string;
  readonly options: readonly string[];
  /** Source that the kernel shows; absent until the client is mounted and tuned. */
  readonly observedSource?: string;
}

/** Client mounts of this node, in `STATE_DIR/client-mounts`. Only those in the driver's own directory count, since the driver
 *  unmounts what no pod uses; an earlier version used the directory around it. */
export class ClientMountRecords extends StateFiles<ClientMountRecord> {
  constructor(stateDir: string, mountsDir: string, log: Log, replaceFile?: ReplaceFile) {
    super(
      join(stateDir, 'client-mounts'),
      {
        keyOf: ({ path }) => path,
        parse: parseClientMountRecord,
        refusalReason: (record) => refusalReason(record, mountsDir),
      },
      log,
      replaceFile,
    );
  }
}

async function refusalReason({ path }: ClientMountRecord, mountsDir: string): Promise<string | undefined> {
  const real = await realpath(mountsDir).catch(() => mountsDir); // The kernel shows real paths.
  if (isClientMountKey(basename(path)) && [real, dirname(real)].includes(dirname(path))) return undefined;
  return (
    `names ${path}, which is no client mount in ${mountsDir} (if --mounts-dir was changed: unmount it on the node once no pod ` +
    `uses it),`
  );
}

/** Parses a state file; undefined if it is no such record. */
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
