// Compiles the C program of `native/`, for the processor of the compiler CC (default: cc):
//   node scripts/build-native.mjs [--directory DIRECTORY]     default: dist/native/<arch of this Node.js>
// Without a compiler nothing is built, and mount(8), umount(8) and processes of Node.js do the work.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const core = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { directory: { type: 'string', default: join(core, 'dist/native', process.arch) } },
});
const compiler = process.env.CC ?? 'cc';
// Static: the program runs with every C library, and starts without a loader. Two builds give the same bytes.
const flags = '-std=gnu11 -O2 -Wall -Wextra -Werror -static -s -pthread -Wl,--build-id=none'.split(' ');

/** Compiles the sources. @returns the exit status */
function compile(sources) {
  const program = join(values.directory, 'system-calls');
  const { status, error } = spawnSync(compiler, [...flags, '-o', program, ...sources], { stdio: 'inherit' });
  if (error?.code !== 'ENOENT') return status ?? 1;
  process.stderr.write(
    `packages/core/native is not compiled: there is no C compiler (${compiler}). The driver works without it, with about twice ` +
      'the CPU time for each pod. Install gcc and libc6-dev, or set CC\n',
  );
  return 0;
}

rmSync(values.directory, { recursive: true, force: true });
if (process.platform === 'linux') {
  mkdirSync(values.directory, { recursive: true });
  const sources = readdirSync(join(core, 'native')).filter((name) => name.endsWith('.c'));
  process.exitCode = compile(sources.map((name) => join(core, 'native', name)));
}
