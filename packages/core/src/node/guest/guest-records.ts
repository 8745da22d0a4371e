import { join } from 'node:path';
import type { Log } from '../../model/log.js';
import { parseFields, StateFiles } from '../../mount/state-files.js';
import { isGuestVolume, type GuestVolume } from './hand-off-file.js';

/** Place of a target in its pod. */
export interface PodTarget {
  readonly targetPath: string;
  /** Target, as the mount table of the node would show it. */
  readonly mountPoint: string;
  readonly podUid: string;
}

/** Record of a volume that a guest mounts. */
export interface GuestPublication extends GuestVolume, PodTarget {}

/** Record of a hand-off volume. */
export interface HandOff extends PodTarget {
  readonly volumeId: string;
}

/** Volumes that guests of this node mount, in `STATE_DIR/guest-volumes`. */
export class GuestPublications extends StateFiles<GuestPublication> {
  constructor(stateDir: string, log: Log) {
    super(join(stateDir, 'guest-volumes'), { keyOf: targetOf, parse: parsePublication }, log);
  }
}

/** Hand-off volumes of this node, in `STATE_DIR/hand-offs`. */
export class HandOffs extends StateFiles<HandOff> {
  constructor(stateDir: string, log: Log) {
    super(join(stateDir, 'hand-offs'), { keyOf: targetOf, parse: parseHandOffRecord }, log);
  }
}

const targetOf = ({ targetPath }: PodTarget): string => targetPath;

function parsePublication(text: string): GuestPublication | undefined {
  const fields = parseFields(text);
  return fields && hasTarget(fields) && isGuestVolume(fields)
    ? (fields as unknown as GuestPublication)
    : undefined;
}

function parseHandOffRecord(text: string): HandOff | undefined {
  const fields = parseFields(text);
  const isComplete = fields && hasTarget(fields) && typeof fields['volumeId'] === 'string';
  return isComplete ? (fields as unknown as HandOff) : undefined;
}

const hasTarget = (fields: Readonly<Record<string, unknown>>): boolean =>
  ['targetPath', 'mountPoint', 'podUid'].every((name) => typeof fields[name] === 'string');
