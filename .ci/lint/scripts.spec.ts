import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { longSubjects } from './commits.mjs';
import { cyclesBelow } from './cycles.mjs';
import { layoutFindings } from './layout.mjs';
import { PlantedTree } from './planted-tree.js';

const core = 'packages/core/src';
let tree: PlantedTree;

afterEach(() => tree.remove());

const files = (count: number, name: (index: number) => string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), 'export {};\n']));

describe('cycles.mjs', () => {
  const run = (sources: Record<string, string>) => {
    tree = new PlantedTree(
      Object.fromEntries(Object.entries(sources).map(([name, text]) => [`${core}/${name}`, text])),
    );
    return cyclesBelow(tree.root);
  };

  it.each([
    ["import { b } from './b.js';", "import { a } from './a.js';"],
    ["import type { B } from './b.js';", "import type { A } from './a.js';"],
    ["import type { B } from './b.js';", "export type A = import('./a.js').A;"],
    ["export { b } from './b.js';", "export type { A } from './a.js';"],
    ["export const b = () => import('./b.js');", "import './a.js';"],
  ])('reports %s and %s', (a, b) => {
    expect(run({ 'a.ts': a, 'b.ts': b, 'c.ts': "import './a.js';" })).toEqual([
      `import cycle: ${core}/a.ts, ${core}/b.ts`,
    ]);
  });

  it('reports a file that imports itself, and a cycle across folders', () => {
    const found = run({
      'a.ts': "import type { A } from './a.js';",
      'x/b.ts': "import '../y/c.js';",
      'y/c.ts': "import '../d.js';",
      'd.ts': "import './x/b.js';",
    });
    expect(found).toEqual([
      `import cycle: ${core}/a.ts`,
      `import cycle: ${core}/d.ts, ${core}/x/b.ts, ${core}/y/c.ts`,
    ]);
  });

  it('reports nothing for two ways to the same file', () => {
    const diamond = { 'a.ts': "import './b.js'; import './c.js';", 'b.ts': "import './d.js';" };
    expect(run({ ...diamond, 'c.ts': "import './d.js'; // import './a.js'", 'd.ts': 'export {};' })).toEqual(
      [],
    );
  });
});

describe('layout.mjs', () => {
  const run = (sources: Record<string, string>) => {
    tree = new PlantedTree(sources);
    return layoutFindings(tree.root);
  };

  it('reports a folder of 26 files', () => {
    expect(run(files(26, (index) => `${core}/node/file-${index}.ts`))).toEqual([
      `${core}/node: 26 files; at most 25, divide the folder`,
    ]);
  });

  it('counts neither specs nor files of folders inside nor generated code', () => {
    const sources = {
      ...files(25, (index) => `${core}/node/file-${index}.ts`),
      ...files(10, (index) => `${core}/node/file-${index}.spec.ts`),
      ...files(10, (index) => `${core}/node/inside/file-${index}.ts`),
      ...files(30, (index) => `${core}/gen/file-${index}.ts`),
    };
    expect(run(sources)).toEqual([]);
  });

  it.each(['utils.ts', 'helpers.ts'])('reports a file with the name %s', (name) => {
    expect(run({ [`${core}/${name}`]: 'export {};\n' })).toEqual([
      `${core}/${name}: name the file after what it contains`,
    ]);
  });
});

describe('commits.mjs', () => {
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...identity, '-C', tree.root, ...args], { stdio: 'pipe' });
  };
  const commit = (subject: string) => git('commit', '--quiet', '--allow-empty', '-m', subject);
  const long = 'Add '.padEnd(73, 'x');

  it('reports the longer subjects after the commit that added it', () => {
    tree = new PlantedTree({ '.ci/lint/commits.mjs': '' });
    git('init', '--quiet');
    commit(`${long} before`);
    git('add', '.');
    commit(`${long} at`);
    expect(longSubjects(tree.root)).toEqual([]);
    commit('Add '.padEnd(72, 'ü'));
    expect(longSubjects(tree.root)).toEqual([]);
    commit(long);
    expect(longSubjects(tree.root)).toEqual([
      expect.stringMatching(/^[0-9a-f]+: subject of 73 characters, at most 72: Add x+$/),
    ]);
  });

  it('reports nothing in a source archive', () => {
    tree = new PlantedTree({});
    expect(longSubjects(tree.root)).toEqual([]);
  });
});

describe('checks as commands', () => {
  it.each(['cycles.mjs', 'layout.mjs'])('%s prints its findings and fails, or is silent', (name) => {
    tree = new PlantedTree({ [`${core}/utils.ts`]: "import './utils.js';\n" });
    expect(tree.script(name)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/utils\.ts.*\n$/),
      stderr: '',
    });
    tree.remove();
    tree = new PlantedTree({ [`${core}/thing.ts`]: 'export {};\n' });
    expect(tree.script(name)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});
