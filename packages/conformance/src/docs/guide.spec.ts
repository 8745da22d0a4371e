import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { guideSteps, guideWithFiles } from './guide.js';

const root = new URL('../../../../', import.meta.url);
const guide = readFileSync(new URL('docs/guides/writing-a-provider.md', root), 'utf8');
const sources = new URL('examples/custom-driver/', root);

it('examples/custom-driver is the code of the guide, file by file', () => {
  const files = guideSteps(guide).flatMap((step) => (step.kind === 'file' ? [step] : []));
  for (const { path, text } of files.filter((file) => file.path.startsWith('src/'))) {
    expect(text, `${path}: npm run generate`).toBe(readFileSync(new URL(path, sources), 'utf8'));
  }
  expect(files.map(({ path }) => path).filter((path) => path.startsWith('src/'))).toHaveLength(
    readdirSync(new URL('src/', sources)).length,
  );
});

/** Sources of the interfaces that a provider implements or returns. */
const ports = ['provider/controller-provider', 'provider/node-provider', 'provider/provider-plugin']
  .concat(['provider/parent-file-systems', 'model/file-system', 'model/volume-reference'])
  .map((name) => readFileSync(new URL(`packages/core/src/${name}.ts`, root), 'utf8'));

/** Members of interfaces stand two columns in. */
const members = ports.flatMap((port) =>
  [...port.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)]
    .filter(([, name]) => name !== 'ProviderContext' && name !== 'OrchestratedNode')
    .flatMap(([, , body = '']) =>
      [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, name]) => name),
    ),
);

it('the guide explains every term of the ports', () => {
  expect(members.length).toBeGreaterThan(40);
  const prose = guide.replace(/^```[\s\S]*?^```$/gm, '');
  expect([...new Set(members)].filter((name) => !prose.includes(`\`${name}\``))).toEqual([]);
});

it('reads files and commands, and replaces files alone', () => {
  const markdown =
    'Do:\n\n```console\n$ mkdir x\nout\n$ cd x\n```\n\n`a.ts`:\n\n```ts\nold;\n```\n\n```ts\nmere;\n```\n';
  expect(guideSteps(markdown)).toEqual([
    { kind: 'commands', commands: ['mkdir x', 'cd x'] },
    { kind: 'file', path: 'a.ts', text: 'old;\n' },
  ]);
  const current = guideWithFiles(markdown, (path) => `// ${path}\n`);
  expect(current).toBe(markdown.replace('old;', '// a.ts'));
  expect(guideWithFiles(markdown, () => undefined)).toBe(markdown);
});
