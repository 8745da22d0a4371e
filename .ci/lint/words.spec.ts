import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingsIn } from './words.mjs';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly word: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
const cases = read('words.cases.json') as { rejected: Case[]; accepted: Omit<Case, 'word'>[] };
const { words } = read('words.json') as { words: { word: string; pattern: string }[] };

describe('word list', () => {
  it.each(cases.rejected)('reports "$word" in $name: $text', ({ name, text, word }) => {
    expect(findingsIn(name, text).map((finding) => finding.word)).toEqual([word]);
  });

  it.each(cases.accepted)('accepts $name: $text', ({ name, text }) => {
    expect(findingsIn(name, text)).toEqual([]);
  });

  it.each(words)('has a planted sentence for "$word"', ({ pattern }) => {
    const planted = cases.rejected.map(({ word }) => word);
    expect(planted).toContainEqual(expect.stringMatching(new RegExp(`^(?:${pattern})$`, 'i')));
  });

  it('names the line of the word', () => {
    expect(findingsIn('a.ts', `const a = 1;\n\n${cases.rejected[0]?.text}\n`)[0]?.line).toBe(3);
  });

  it('accepts a quotation of another text only in its file and inside its sentence', () => {
    const [quotation, other] = cases.rejected;
    const quoted = { file: 'a.ts', text: quotation?.text ?? '', reason: 'message of another program' };
    const source = `${quotation?.text}\n${other?.text}\n`;
    expect(findingsIn('a.ts', source, [quoted])).toEqual([
      expect.objectContaining({ line: 2, word: other?.word }),
    ]);
    expect(findingsIn('b.ts', source, [quoted])).toHaveLength(2);
  });
});

describe('words.mjs', () => {
  const run = (path: string) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'words.mjs'), path], { encoding: 'utf8' });

  it('prints place, word and suggestion, and fails', () => {
    const directory = mkdtempSync(join(tmpdir(), 'words-'));
    try {
      const planted = cases.rejected.find(({ name }) => name === 'a.md');
      writeFileSync(join(directory, 'a.md'), `One.\n${planted?.text}\n`);
      const { stdout, status } = run(directory);
      expect(stdout).toMatch(new RegExp(`a\\.md:2: "${planted?.word}" -> .+\n1 findings`));
      expect(status).toBe(1);
      writeFileSync(join(directory, 'a.md'), 'One.\nThe cloud reports the size.\n');
      expect(run(directory)).toMatchObject({ stdout: '', stderr: '', status: 0 });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('has a reason for each quotation that it allows', () => {
    const allowed = read('words-allowed.json') as { file?: string; text?: string; reason?: string }[];
    for (const entry of allowed) {
      expect(entry).toEqual({
        file: expect.any(String),
        text: expect.any(String),
        reason: expect.stringMatching(/\w+ \w+/),
      });
    }
  });
});
