import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { hasProgram } from './tools.js';

/** Path of a script of deploy/image. */
export const imageScript = (name: string): string =>
  fileURLToPath(new URL(`../../../../deploy/image/${name}`, import.meta.url));

/** Time limit of a build of the image. Milliseconds. */
export const IMAGE_BUILD_MS = 300_000;

/** C compiler for the other architecture of the image. */
const crossCompiler = process.arch === 'arm64' ? 'x86_64-linux-gnu-gcc' : 'aarch64-linux-gnu-gcc';

/** Parts of this machine that builds of the image lack. */
export const missingForImages: readonly string[] = [
  ...['mmdebstrap', 'umoci', 'npm', 'dpkg-deb', 'cc', crossCompiler].filter(
    (program) => !hasProgram(program),
  ),
  ...(process.getuid?.() === 0 ? [] : ['root']),
];

/** Fails in CI where specs of the image would be skipped. */
export function requireImageTools(): void {
  if (process.env['CI'] === 'true') expect(missingForImages).toEqual([]);
}
