// Markdown that leads somewhere: every relative link and every source path in it exists, and docs/README.md links every page,
// some of them by the README.md of their folder.
//   node .ci/lint/docs.mjs [ROOT]       prints each broken link, missing path or page without a link; exits 1 when there is one
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { filesBelow } from './files.mjs';
import { reportWhenRun } from './report.mjs';

const LINK = /\]\((?<target>[^()\s]+)\)|^\[[^\]]+\]:\s+(?<reference>\S+)/gm;
const SOURCE_PATH = /`(?<path>(?:packages|docs|deploy|examples|proto|\.ci)\/[\w./-]+\.\w+)`/g;
const HEADING = /^#{1,6}\s+(?<text>.+?)\s*#*$/gm;
const EXTERNAL = /^[a-z][a-z+.-]*:/i;

/** Line breaks stay, so that offsets keep their lines. */
const blank = (text) => text.replace(/[^\n]/g, ' ');
const withoutFences = (text) => text.replace(/^ *(```+|~~~+)[\s\S]*?^ *\1[^\n]*$/gm, blank);
const withoutCode = (text) => withoutFences(text).replace(/`[^`\n]+`/g, blank);
const lineAt = (text, offset) => text.slice(0, offset).split('\n').length;

/** The id that a forge gives a heading: its words in small letters, joined by hyphens. */
const slugOf = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/** Ids of the headings of a page; the second of one name ends in -1. */
const anchorsOf = (file) => {
  const counts = new Map();
  const anchors = new Set();
  for (const { groups } of withoutFences(readFileSync(file, 'utf8')).matchAll(HEADING)) {
    const slug = slugOf(groups.text);
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
};

/** Relative links of a page, as absolute paths with the anchor. */
const linksOf = (file) => {
  const text = withoutCode(readFileSync(file, 'utf8'));
  return [...text.matchAll(LINK)]
    .map(({ index, groups }) => ({ target: groups.target ?? groups.reference, line: lineAt(text, index) }))
    .filter(({ target }) => !EXTERNAL.test(target))
    .map(({ target, line }) => {
      const [path, anchor = ''] = target.split('#');
      return { target, line, anchor, to: path === '' ? file : resolve(dirname(file), decodeURI(path)) };
    });
};

const problemOf = ({ to, anchor }) => {
  if (!existsSync(to)) return 'does not exist';
  if (anchor === '' || !to.endsWith('.md') || statSync(to).isDirectory()) return undefined;
  return anchorsOf(to).has(anchor) ? undefined : 'has no such heading';
};

const brokenLinks = (root, pages) =>
  pages.flatMap((page) =>
    linksOf(page).flatMap((link) => {
      const problem = problemOf(link);
      return problem ? [`${relative(root, page)}:${link.line}: ${link.target} ${problem}`] : [];
    }),
  );

/** Built files do not exist before the build. */
const missingPaths = (root, pages) =>
  pages.flatMap((page) => {
    const text = withoutFences(readFileSync(page, 'utf8'));
    return [...text.matchAll(SOURCE_PATH)]
      .filter(({ groups: { path } }) => !path.includes('/dist/') && !existsSync(join(root, path)))
      .map(
        ({ index, groups: { path } }) =>
          `${relative(root, page)}:${lineAt(text, index)}: ${path} does not exist`,
      );
  });

const unlinkedPages = (root, pages) => {
  const docs = join(root, 'docs');
  const index = join(docs, 'README.md');
  if (!existsSync(docs)) return [];
  if (!existsSync(index)) return ['docs/README.md: missing; it is the index of all pages'];
  const linked = new Set(linksOf(index).map(({ to }) => to));
  // The index of a folder of many pages links these.
  const indexes = [...linked].filter((page) => /\/docs\/.+\/README\.md$/.test(page) && existsSync(page));
  for (const { to } of indexes.flatMap(linksOf)) linked.add(to);
  return pages
    .filter((page) => page.startsWith(`${docs}/`) && page !== index && !linked.has(page))
    .map((page) => `${relative(root, page)}: docs/README.md has no link to it`);
};

/**
 * Faults of the Markdown below a root, one a line.
 *
 * @param {string} root
 * @returns {string[]}
 */
export const docsFindings = (root) => {
  const pages = filesBelow(root).filter((file) => file.endsWith('.md'));
  return [...brokenLinks(root, pages), ...missingPaths(root, pages), ...unlinkedPages(root, pages)];
};

reportWhenRun(import.meta.url, docsFindings);
