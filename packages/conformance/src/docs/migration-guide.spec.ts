// Each row of the migration guide that says what is different has a test, which exists.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../../', import.meta.url);
const guide = readFileSync(new URL('docs/guides/migration.md', root), 'utf8');

/** Rows of the first table below a heading. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, below = ''] = guide.split(`\n${heading}\n`);
  const lines = below.slice(below.indexOf('\n|')).trim().split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const differences = tableBelow('## What is different on purpose');

/** Spec files that a cell names: `PACKAGE: a.spec.ts, b.spec.ts; PACKAGE: …`. */
const specsIn = (cell: string): readonly string[] =>
  cell.split(';').flatMap((part) => {
    const [name = '', files = ''] = part.split(':');
    return [...files.matchAll(/`([^`]+)`/g)].map(([, file]) => `packages/${name.trim()}/src/${file}`);
  });

describe('the migration guide', () => {
  it('has the rows', () => expect(differences.length).toBeGreaterThan(20));

  it.each(differences)('tests "%s"', (...cells) => {
    const specs = specsIn(cells[3] ?? '');
    expect(specs).not.toEqual([]);
    expect(specs.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });

  it('names sources of the Go drivers, and tests, that exist', () => {
    const sources = tableBelow('### Sources');
    expect(sources.length).toBeGreaterThan(5);
    for (const [rows, source, tests = ''] of sources) {
      expect(source, rows).toMatch(/`/);
      const [first = ''] = [...tests.matchAll(/`(packages\/[^`]+)`/g)].map(([, file]) => file);
      expect(existsSync(new URL(first, root)), rows).toBe(true);
    }
  });
});
