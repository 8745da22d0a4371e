import { fileURLToPath } from 'node:url';

/** Path of a program of this package that runs as a child process: `mount/sub-directory` is the built file of
 *  `mount/sub-directory.child.ts`, also where this module runs from its source. */
export const childProgram = (name: string): string =>
  fileURLToPath(new URL(`../../dist/${name}.child.js`, import.meta.url));

/** Path of a program that is compiled for this processor: `system-calls` is built from `native/system-calls.c`. It is missing
 *  where the package was built without a C compiler, or for other processors. */
export const nativeProgram = (name: string): string =>
  fileURLToPath(new URL(`../../dist/native/${process.arch}/${name}`, import.meta.url));
