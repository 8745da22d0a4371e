import type { Log } from '../model/log.js';
import { basename, isAbsolute, join } from 'node:path';
import type { AccessMode } from '../model/volume-capability.js';
import type { ReplaceFile } from './replace-file.js';
import { isTextList, parseFields, StateFiles } from './state-files.js';

/** Record of a volume that is, or is about to be, published at a target. */
export interface Publication {
  readonly volumeId: string;
  /** Normalized target_path of the request. */
  readonly targetPath: string;
  /** Target, as the mount table shows it. */
  readonly mountPoint: string;
  /** Source in the form that mount(8) gets, with the sub-directory. */
  readonly source: string;
  readonly accessMode: AccessMode;
  /** True if nothing may be written through it: by access mode, request or mount flags. */
  readonly readonly: boolean;
  readonly mountFlags: readonly string[];
  /** Mount point of the shared client; absent if the target has a client of its own. */
  readonly clientMount?: string;
  /** Source that the kernel shows; absent until it is mounted. */
  readonly observedSource?: string;
}

/**
 * Publications of this node, in `STATE_DIR/publications`, written before the mount and removed after the unmount. They hold
 * what the mount table lacks: the volume, its access mode and its client mount.
 */
export class Publications extends StateFiles<Publication> {
  constructor(stateDir: string, log: Log, replaceFile?: ReplaceFile) {
    super(
      join(stateDir, 'publications'),
      { keyOf: ({ targetPath }) => targetPath, parse: parsePublication, refusalReason },
      log,
      replaceFile,
    );
  }
}

/** The mount point differs from the target by symlinks on the way to it alone. */
const refusalReason = async ({ targetPath, mountPoint }: Publication): Promise<string | undefined> =>
  isAbsolute(mountPoint) && basename(mountPoint) === basename(targetPath)
    ? undefined
    : `names the mount point ${mountPoint} for the target ${targetPath}`;

const textFields = ['volumeId', 'targetPath', 'mountPoint', 'source', 'accessMode'];
const optionalTextFields = ['clientMount', 'observedSource'];

/** Parses a state file; undefined if it is no such record. */
export function parsePublication(text: string): Publication | undefined {
  const fields = parseFields(text);
  if (!fields) return undefined;
  const isComplete =
    textFields.every((name) => typeof fields[name] === 'string') &&
    optionalTextFields.every((name) => ['string', 'undefined'].includes(typeof fields[name])) &&
    typeof fields['readonly'] === 'boolean' &&
    isTextList(fields['mountFlags']);
  return isComplete ? (fields as unknown as Publication) : undefined;
}
