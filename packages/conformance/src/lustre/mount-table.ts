import { readFileSync } from 'node:fs';

/** One line of /proc/self/mountinfo, proc(5). */
export interface MountLine {
  readonly root: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly type: string;
  readonly source: string;
}

const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** Reads the mount table without the driver's own code, which is what is checked. */
export function parseMountTable(text: string): readonly MountLine[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [place = '', device = ''] = line.split(' - ');
    const [, , , root = '', target = '', options = ''] = place.split(' ');
    const [type = '', source = ''] = device.split(' ');
    return {
      root: unescapeOctal(root),
      target: unescapeOctal(target),
      readOnly: options.split(',').includes('ro'),
      type,
      source: unescapeOctal(source),
    };
  });
}

/** Mounts below a directory. */
export const mountsBelow = (directory: string): readonly MountLine[] =>
  parseMountTable(readFileSync('/proc/self/mountinfo', 'utf8')).filter(({ target }) =>
    target.startsWith(`${directory}/`),
  );

/** Mount that a path shows, the topmost one; undefined where nothing is mounted. */
export const mountAt = (path: string): MountLine | undefined =>
  parseMountTable(readFileSync('/proc/self/mountinfo', 'utf8')).findLast(({ target }) => target === path);
