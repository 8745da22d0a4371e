import { fileURLToPath } from 'node:url';

/** Path of a program of this package that runs as a child process: `mount/sub-directory` is the built file of
 *  `mount/sub-directory.child.ts`, also where this module runs from its source. */
export const childProgram = (name: string): string =>
  fileURLToPath(new URL(`../../dist/${name}.child.js`, import.meta.url));
