import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { commands } from './command-flags.js';

/** First process of a container. */
const FIRST_PROCESS = '/proc/1/cmdline';

/** Flags with which the driver serves in this container, for commands that `kubectl exec` starts beside it. Empty: the first
 *  process of the container is not the driver.
 *  @param script path of the program of this process */
export function servedArguments(
  script = process.argv[1] ?? '',
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): readonly string[] {
  try {
    const [, ...words] = read(FIRST_PROCESS).split('\0').slice(0, -1);
    // Options of Node.js, such as that of the image, stand before the script.
    const [served = '', ...flags] = words.slice(words.findIndex((word) => !word.startsWith('-')));
    // The executables of the package lie beside each other, and stand in for one another.
    if (placeOf(served) !== placeOf(script)) return [];
    return commands.some((name) => name === flags[0]) ? [] : flags;
  } catch {
    return []; // Not in a container, or the first process is another user's.
  }
}

const placeOf = (path: string): string => dirname(realpathSync(path));
