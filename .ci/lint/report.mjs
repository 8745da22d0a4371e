import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const PROJECT = join(import.meta.dirname, '../..');

/**
 * Makes a check of a tree a command: `node CHECK.mjs [ROOT]` prints each finding on a line and exits 1 when there is one. Does
 * nothing when another module imports the check.
 *
 * @param {string} url `import.meta.url` of the check
 * @param {(root: string) => string[]} findingsBelow
 */
export const reportWhenRun = (url, findingsBelow) => {
  if (url !== pathToFileURL(process.argv[1] ?? '').href) return;
  const findings = findingsBelow(resolve(process.argv[2] ?? PROJECT));
  for (const finding of findings) console.log(finding);
  process.exitCode = findings.length > 0 ? 1 : 0;
};
