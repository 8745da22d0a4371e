import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of tools and of generated code; their texts and sizes are not ours. */
const FOREIGN = new Set(['node_modules', 'dist', 'bundle', 'gen', 'reports', '.git', '.turbo', 'coverage']);

/**
 * Files below a path, in a stable order.
 *
 * @param {string} path a file or a directory
 * @returns {string[]}
 */
export const filesBelow = (path) => {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !FOREIGN.has(entry.name) && (entry.isDirectory() || entry.isFile()))
    .map((entry) => join(path, entry.name))
    .sort()
    .flatMap(filesBelow);
};

/**
 * TypeScript sources of the packages and the examples below a root, without generated code.
 *
 * @param {string} root
 * @returns {string[]}
 */
export const sourceFiles = (root) =>
  ['packages', 'examples']
    .map((directory) => join(root, directory))
    .filter(existsSync)
    .flatMap(filesBelow)
    .filter((file) => /\/src\/.*\.ts$/.test(file));
