// Subjects of commits: at most 72 characters, for the commits after the one that added this file.
//   node .ci/lint/commits.mjs [ROOT]      prints each longer subject; exits 1 when there is one
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reportWhenRun } from './report.mjs';

const LONGEST = 72;
const SELF = '.ci/lint/commits.mjs';
/**
 * Commits of a repository with a longer subject, one a line; none for a source archive, which has no history.
 *
 * @param {string} root
 * @returns {string[]}
 */
export const longSubjects = (root) => {
  if (!existsSync(join(root, '.git'))) return [];
  const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  const first = git('log', '--diff-filter=A', '--format=%H', '--', SELF).split('\n').at(-1);
  if (!first) return [];
  return git('log', '--no-merges', '--format=%h %s', `${first}..HEAD`)
    .split('\n')
    .map((line) => /^(\S+) (.*)$/.exec(line))
    .filter((commit) => commit && [...commit[2]].length > LONGEST)
    .map(
      ([, id, subject]) =>
        `${id}: subject of ${[...subject].length} characters, at most ${LONGEST}: ${subject}`,
    );
};

reportWhenRun(import.meta.url, longSubjects);
