import type { Log } from '../model/log.js';
import { join } from 'node:path';
import type { AccessMode } from '../model/volume-capability.js';
import { isTextList, parseFields, StateFiles } from './state-files.js';

/** That a volume is, or is about to be, published at a target. */
export interface Publication {
  readonly volumeId: string;
  /** The request's target_path, without detours. */
  readonly targetPath: string;
  /** The target as the mount table shows it. */
  readonly mountPoint: string;
  /** As mount(8) was given it, with the sub-directory. */
  readonly source: string;
  readonly accessMode: AccessMode;
  /** Whether nothing may be written through it, for whichever of the reasons. */
  readonly readonly: boolean;
  readonly mountFlags: readonly string[];
  /** Where the client is mounted whose bind mount the target gets; absent if the target has a client of its own. */
  readonly clientMount?: string;
  /** The source that the kernel showed once it was mounted; absent until then. */
  readonly observedSource?: string;
}

/**
 * The publications of this node, in `STATE_DIR/publications`, written before the mount and removed after the unmount.
 * They tell what the mount table cannot: which volume it is, in which access mode, and which client mount it uses.
 */
export class Publications extends StateFiles<Publication> {
  constructor(stateDir: string, log: Log) {
    super(
      join(stateDir, 'publications'),
      { keyOf: ({ targetPath }) => targetPath, parse: parsePublication },
      log,
    );
  }
}

const textFields = ['volumeId', 'targetPath', 'mountPoint', 'source', 'accessMode'];
const optionalTextFields = ['clientMount', 'observedSource'];

/** Reads a state file; undefined if it is none. */
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
