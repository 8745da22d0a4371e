import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isAtLeast } from './client-version.js';
import type { ClientSettings } from './client-settings.js';
import { superOptions } from './table/super-options.js';

/** Digits of the length behind the settings (`native/mount-lustre.c`). */
const LENGTH_DIGITS = 10;

const program = fileURLToPath(new URL(`../../dist/native/${process.arch}/mount.lustre`, import.meta.url));

/** Reports that the build has found a compiler. */
export const isCompiled = existsSync(program);

/** Replaces a helper's script by the program in C with the script and its settings behind it. Leaves the script where no compiler has
 *  built the program, and where a path has characters that the program does not quote. */
export function writeCompiledHelper(helper: string, settings: ClientSettings): void {
  const { registry, namespace, version } = settings;
  if (!isCompiled || /["\n]/.test(`${registry}${namespace}`)) return;
  const [, ...options] = superOptions([], false, version);
  // From 2.17 on, the mount table shows names as they were written, under rules of their own.
  const sources = isAtLeast(version, '2.17') ? 'addresses' : 'names';
  const script = readFileSync(helper, 'utf8');
  const behind = Buffer.from([registry, namespace, options.join(','), sources, script].join('\n'));
  const length = String(behind.length).padStart(LENGTH_DIGITS, '0');
  writeFileSync(helper, Buffer.concat([readFileSync(program), behind, Buffer.from(length)]), { mode: 0o755 });
}
