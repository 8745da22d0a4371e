import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { docsFindings } from './docs.mjs';
import { PlantedTree } from './planted-tree.js';

let tree: PlantedTree | undefined;

afterEach(() => {
  tree?.remove();
  tree = undefined;
});

const run = (files: Record<string, string>): string[] => {
  tree = new PlantedTree(files);
  return docsFindings(tree.root);
};

describe('docs.mjs', () => {
  it('finds nothing in this repository', () => {
    expect(docsFindings(join(import.meta.dirname, '../..'))).toEqual([]);
  });

  it.each([
    ['a file', '[a](docs/no.md)', 'docs/no.md does not exist'],
    ['a folder', '[a](packages/no)', 'packages/no does not exist'],
    ['a picture', '![a](no.png)', 'no.png does not exist'],
    ['a reference', '[a][b]\n\n[b]: no.md', 'no.md does not exist', 3],
    ['a heading of another page', '[a](other.md#no)', 'other.md#no has no such heading'],
    ['a heading of the page', '[a](#no)', '#no has no such heading'],
    ['a heading that only a fence has', '[a](#b)\n\n```sh\n# B\n```', '#b has no such heading'],
    ['a source path', 'see `packages/core/src/no.ts`', 'packages/core/src/no.ts does not exist'],
  ])('reports a link to %s that does not exist', (_, text, finding, line = 1) => {
    expect(run({ 'page.md': text, 'other.md': '# Title\n' })).toEqual([`page.md:${line}: ${finding}`]);
  });

  it('accepts links that lead somewhere, and what is no relative link', () => {
    const page = [
      '# Two `words`, and more',
      '## Same',
      '## Same',
      '[a](#two-words-and-more) [b](#same-1) [c](sub/other.md#it-is-ready) [d](sub) [e](https://example.org/x)',
      '`[f](no.md)` `packages/core/dist/index.js` `packages/core/src/a.ts`',
      '```md',
      '[g](no.md)',
      '```',
    ].join('\n');
    const files = { 'page.md': page, 'sub/other.md': '# It is ready!\n', 'packages/core/src/a.ts': '' };
    expect(run(files)).toEqual([]);
  });

  it('reports a page that the index does not link', () => {
    const files = { 'docs/guides/a.md': '# A\n', 'docs/guides/b.md': '# B\n' };
    expect(run({ ...files, 'docs/README.md': '[a](guides/a.md)' })).toEqual([
      'docs/guides/b.md: docs/README.md has no link to it',
    ]);
  });

  it('accepts a folder whose index links its pages', () => {
    const files = {
      'docs/many/README.md': '[b](b.md)',
      'docs/many/b.md': '# B\n',
      'docs/many/c.md': '# C\n',
    };
    expect(run({ ...files, 'docs/README.md': '[a](many/README.md)' })).toEqual([
      'docs/many/c.md: docs/README.md has no link to it',
    ]);
  });

  it('reports a missing index', () => {
    expect(run({ 'docs/guides/a.md': '# A\n' })).toEqual([
      'docs/README.md: missing; it is the index of all pages',
    ]);
  });

  it('as a command prints its findings and fails, or is silent', () => {
    tree = new PlantedTree({ 'page.md': '[a](no.md)' });
    expect(tree.script('docs.mjs')).toMatchObject({ status: 1, stdout: 'page.md:1: no.md does not exist\n' });
    tree.write({ 'page.md': '[a](tsconfig.json)' });
    expect(tree.script('docs.mjs')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});
