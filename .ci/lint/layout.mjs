// Folders that a reader can survey: at most 25 files besides the specs, and no file that is named after nothing.
//   node .ci/lint/layout.mjs [ROOT]       prints each folder or file that breaks this; exits 1 when there is one
import { basename, dirname, relative } from 'node:path';
import { sourceFiles } from './files.mjs';
import { reportWhenRun } from './report.mjs';

const MOST_FILES = 25;
const EMPTY_NAMES = /^(?:utils?|helpers?|common|misc)\.ts$/;

/** Folders with too many files besides the specs. */
const crowdedFolders = (root, files) => {
  const counts = new Map();
  for (const file of files.filter((name) => !name.endsWith('.spec.ts'))) {
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > MOST_FILES)
    .map(
      ([folder, count]) =>
        `${relative(root, folder)}: ${count} files; at most ${MOST_FILES}, divide the folder`,
    );
};

const emptyNames = (root, files) =>
  files
    .filter((file) => EMPTY_NAMES.test(basename(file)))
    .map((file) => `${relative(root, file)}: name the file after what it contains`);

/**
 * Folders and files below a root that break the layout, one a line.
 *
 * @param {string} root
 * @returns {string[]}
 */
export const layoutFindings = (root) => {
  const files = sourceFiles(root);
  return [...crowdedFolders(root, files), ...emptyNames(root, files)];
};

reportWhenRun(import.meta.url, layoutFindings);
