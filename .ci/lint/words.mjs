// The word list: plain technical English in comments, messages and documents.
//   node .ci/lint/words.mjs [PATH...]     prints file:line: "word" -> suggestion; exits 1 when there is a finding
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { filesBelow } from './files.mjs';
import { proseOf } from './prose.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const json = (name) => JSON.parse(readFileSync(join(here, name), 'utf8'));
const { words, openings } = json('words.json');

/** Phrases match across line ends; the longest phrase that fits is the one that is reported. */
const RULES = words.map(({ pattern, better }) => ({
  expression: new RegExp(`(?<![\\w-])(?:${pattern.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi'),
  better,
}));
const OPENING = new RegExp(`^(?:${openings.words.join('|')})\\b`, 'i');

const lineAt = (text, offset) => text.slice(0, offset).split('\n').length;
const shown = (word) => word.replace(/\s+/g, ' ');

const wordFindings = (prose) => {
  const findings = [];
  for (const { expression, better } of RULES) {
    for (const { index, 0: word } of prose.matchAll(expression)) {
      const covered = findings.some(({ offset, end }) => offset < index + word.length && index < end);
      if (!covered) findings.push({ offset: index, end: index + word.length, word: shown(word), better });
    }
  }
  return findings;
};

const openingFindings = (docComments) =>
  docComments
    .filter(({ text }) => OPENING.test(text))
    .map(({ offset, text }) => ({
      offset,
      end: offset,
      word: `/** ${OPENING.exec(text)[0]} …`,
      better: openings.better,
    }));

/** Quotations of other texts: each entry names the file, the sentence that contains the word, and the reason. */
const isAllowed = (allowed, file, text, { offset, end }) =>
  allowed.some((entry) => {
    if (entry.file !== file) return false;
    for (let at = text.indexOf(entry.text); at >= 0; at = text.indexOf(entry.text, at + 1)) {
      if (at <= offset && end <= at + entry.text.length) {
        entry.used = true;
        return true;
      }
    }
    return false;
  });

/**
 * Findings in one text, by line.
 *
 * @param {string} file name by which entries of the allowed quotations refer to it
 * @param {string} text
 * @param {{ file: string, text: string, reason: string, used?: boolean }[]} allowed
 * @returns {{ line: number, word: string, better: string }[]}
 */
export const findingsIn = (file, text, allowed = []) => {
  const read = proseOf(file, text);
  if (!read) return [];
  return [...wordFindings(read.prose), ...openingFindings(read.docComments)]
    .filter((finding) => !isAllowed(allowed, file, text, finding))
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, word, better }) => ({ line: lineAt(text, offset), word, better }));
};

const lint = (paths) => {
  const allowed = json('words-allowed.json');
  let count = 0;
  for (const path of (paths.length > 0 ? paths : [root]).flatMap(filesBelow)) {
    const file = relative(root, path);
    if (file.endsWith('package-lock.json')) continue;
    for (const { line, word, better } of findingsIn(file, readFileSync(path, 'utf8'), allowed)) {
      console.log(`${relative('.', path)}:${line}: "${word}" -> ${better}`);
      count += 1;
    }
  }
  const stale = paths.length > 0 ? [] : allowed.filter((entry) => !entry.used);
  for (const { file, text } of stale)
    console.log(`.ci/lint/words-allowed.json: ${file} has no "${text}"; remove the entry`);
  if (count > 0) console.log(`${count} findings; quotations of other texts: .ci/lint/words-allowed.json`);
  return count + stale.length;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = lint(process.argv.slice(2)) > 0 ? 1 : 0;
}
