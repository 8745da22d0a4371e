import { describe, expect, it } from 'vitest';
import type { SpecResult } from './junit-report.js';
import { complaintsAbout, settingsRefusals, snapshotRefusals, type Refusal } from './refusals.js';

const refusals: readonly Refusal[] = [
  { words: /code = InvalidArgument desc = not here/, specs: ['refuses'] },
];
const passed: SpecResult = { name: 'passes', status: 'passed', reason: '' };
const failed = (name: string, reason: string): SpecResult => ({ name, status: 'failed', reason });
const asExpected = failed('refuses', 'Unexpected error: code = InvalidArgument desc = not here { s: …');

describe('complaintsAbout', () => {
  it.each<[string, readonly SpecResult[], readonly RegExp[]]>([
    ['every spec that can pass has', [passed, asExpected], []],
    ['a spec that is not to be refused', [passed, asExpected, failed('other', 'x')], [/^FAILED other: x$/]],
    [
      'the right words of another spec',
      [passed, asExpected, { ...asExpected, name: 'other' }],
      [/FAILED other/],
    ],
    ['another code', [passed, failed('refuses', 'code = Internal desc = not here')], [/^FAILED refuses/]],
    ['no refusal', [passed, { ...asExpected, status: 'passed' }], [/^NOT REFUSED refuses/]],
    ['a skipped one', [passed, { ...asExpected, status: 'skipped' }], [/^NOT REFUSED refuses/]],
    ['a spec that the suite does not have', [passed], [/^NOT REFUSED refuses/]],
    ['a suite without results', [asExpected], [/^no spec has passed$/]],
  ])('%s', (_, results, expected) => {
    const complaints = complaintsAbout(results, refusals);
    expect(complaints).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(complaints[index]).toMatch(pattern));
  });

  it('lists no spec twice', () => {
    const names = [...settingsRefusals, ...snapshotRefusals].flatMap(({ specs }) => specs);
    expect(new Set(names).size).toBe(names.length);
  });
});
