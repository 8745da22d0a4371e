import { readFileSync } from 'node:fs';
import { groupsOf } from './table/lustre-mount-table.js';

/** One line of /proc/PID/mountinfo, as far as the simulation needs it. */
export interface MountEntry {
  /** The directory of the file system that is mounted. */
  readonly root: string;
  readonly target: string;
  readonly source: string;
  /** Number of the peer group; absent: a private mount. */
  readonly group?: string;
}

/** Parses mountinfo; proc_pid_mountinfo(5) has the fields. */
export function parseMountInfo(text: string): readonly MountEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(' ');
      const afterOptional = fields.indexOf('-', 6);
      const field = (index: number): string => unescape(fields[index] ?? '');
      const [group] = groupsOf(fields);
      return {
        ...{ root: field(3), target: field(4), source: field(afterOptional + 2) },
        ...(group === undefined ? {} : { group }),
      };
    });
}

export const readMountTable = (): readonly MountEntry[] =>
  parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));

/** The kernel writes space, tab, newline and backslash as three octal digits. */
const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
