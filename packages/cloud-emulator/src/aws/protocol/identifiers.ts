import { randomBytes, randomInt } from 'node:crypto';

/** A new AWS resource id: the prefix, a dash and 17 hexadecimal digits, such as `fs-0e0c30b4b41a1fd69`. */
export const newResourceId = (prefix: string): string => `${prefix}-0${randomBytes(8).toString('hex')}`;

const mountNameLetters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A Lustre fsname as FSx gives them: 8 lower-case letters, digits and a `v` at the end, not taken yet. */
export function newMountName(isTaken: (name: string) => boolean): string {
  for (;;) {
    const letters = Array.from({ length: 7 }, () => mountNameLetters[randomInt(mountNameLetters.length)]);
    const name = `${letters.join('')}v`;
    if (!isTaken(name)) return name;
  }
}

/** Epoch seconds with a fraction: how FSx writes times. */
export const epochSeconds = (milliseconds: number): number => milliseconds / 1000;
