// Compiles the C program of a package's `native/`, for the processor of the compiler CC (default: cc):
//   node scripts/build-native.mjs [--directory DIRECTORY]     default: dist/native/<arch of this Node.js>
//     [--package DIRECTORY --program NAME --without TEXT]     another package; what its users do without the program
// Without a compiler nothing is built, and mount(8), umount(8) and processes of Node.js do the work.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    package: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    program: { type: 'string', default: 'system-calls' },
    without: {
      type: 'string',
      default: 'The driver works without it, with about twice the CPU time for each pod',
    },
  },
});
const directory = values.directory ?? join(values.package, 'dist/native', process.arch);
const sourceDirectory = join(values.package, 'native');
const compiler = process.env.CC ?? 'cc';
// Static: the program runs with every C library, and starts without a loader. Two builds give the same bytes.
const flags = '-std=gnu11 -O2 -Wall -Wextra -Werror -static -s -pthread -Wl,--build-id=none'.split(' ');

/** Compiles the sources. @returns the exit status */
function compile(sources) {
  const program = join(directory, values.program);
  const { status, error } = spawnSync(compiler, [...flags, '-o', program, ...sources], { stdio: 'inherit' });
  if (error?.code !== 'ENOENT') return status ?? 1;
  process.stderr.write(
    `${values.program} is not compiled: there is no C compiler (${compiler}). ${values.without}. Install gcc and libc6-dev, or set CC\n`,
  );
  return 0;
}

rmSync(directory, { recursive: true, force: true });
if (process.platform === 'linux') {
  mkdirSync(directory, { recursive: true });
  const sources = readdirSync(sourceDirectory).filter((name) => name.endsWith('.c'));
  process.exitCode = compile(sources.map((name) => join(sourceDirectory, name)));
}
