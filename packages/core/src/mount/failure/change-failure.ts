import { constants } from 'node:os';

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** Status with which mount(8) itself reports any failure; as an errno it would be EPIPE. */
const MOUNT_FAILED = 32;

/** Cause of a change of the mount table that failed, in one word: the name of an errno, or one of `otherErrorLabels`. */
export class ChangeFailure extends Error {
  override readonly name = 'ChangeFailure';

  constructor(readonly label: string) {
    super(label);
  }

  /** @param exitCode status of mount.lustre(8), which is an errno; null: a signal ended it */
  static ofStatus(exitCode: number | null): ChangeFailure {
    if (exitCode === null) return new ChangeFailure('timeout');
    return new ChangeFailure((exitCode === MOUNT_FAILED ? undefined : names.get(exitCode)) ?? 'other');
  }
}
