import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { PlantedTree } from './planted-tree.js';

const script = join(import.meta.dirname, '../count-tests.mjs');
const suite = (rest: object): object => ({
  name: 'a.spec.ts',
  status: 'failed',
  assertionResults: [],
  ...rest,
});
const report = (rest: object): string =>
  JSON.stringify({ numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, testResults: [], ...rest });

let tree: PlantedTree;

afterEach(() => tree.remove());

const count = (files: Record<string, string>, broken = 0) => {
  tree = new PlantedTree(files);
  const { status, stdout } = spawnSync(process.execPath, [script, tree.root, String(broken)], {
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
};

describe('count-tests.mjs', () => {
  it('sums the reports of all directories', () => {
    expect(count({ 'a.json': report({}), 'node-24/a.json': report({}) })).toEqual({
      status: 0,
      lines: ['4 skipped', '14 passed, 0 failed'],
    });
  });

  it.each([
    [
      'a failed test',
      {
        numFailedTests: 1,
        testResults: [
          suite({ assertionResults: [{ status: 'failed', fullName: 'x does', failureMessages: ['boom'] }] }),
        ],
      },
      'FAILED a.json: x does\n  boom',
    ],
    [
      'a suite that broke',
      { testResults: [suite({ message: 'no such file' })] },
      'FAILED a.json: a.spec.ts\n  no such file',
    ],
    [
      'a suite whose hook failed',
      { testResults: [suite({ message: '', assertionResults: [{ status: 'passed' }] })] },
      'FAILED a.json: a.spec.ts\n  no test failed: see its hooks',
    ],
    [
      'a suite that counts its own failure',
      { numFailedTests: 1, testResults: [suite({ message: 'exit status 1' })] },
      'FAILED a.json: a.spec.ts\n  exit status 1',
    ],
  ])('names %s', (_, rest, expected) => {
    expect(count({ 'a.json': report(rest) }, 1)).toEqual({
      status: 1,
      lines: [...expected.split('\n'), '2 skipped', '7 passed, 1 failed'],
    });
  });

  it('names a stage that broke without a failed test, with what it said', () => {
    const log = ['fine', 'Error: no room', ...Array.from({ length: 30 }, (_, index) => `line ${index}`)].join(
      '\n',
    );
    const { status, lines } = count({ 'a.json': report({}), 'failed-stages/real Lustre.log': log }, 1);
    expect(status).toBe(1);
    expect(lines.slice(0, 3)).toEqual([
      'FAILED stage real Lustre, its last words:',
      '  Error: no room',
      '  line 5',
    ]);
    expect(lines.at(-1)).toBe('7 passed, 1 failed');
  });

  it('fails where no test ran', () => {
    expect(count({ 'a.json': '{}' })).toEqual({ status: 1, lines: ['0 passed, 1 failed'] });
  });
});
