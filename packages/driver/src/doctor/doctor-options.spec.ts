import type { Settings } from '@lustre-csi/core';
import { expect, it } from 'vitest';
import { reportOptions, selectionOf, waitMsOf } from './doctor-options.js';

const settings = (flags: Readonly<Record<string, string>>): Settings => {
  const values = new Map(Object.entries({ output: 'text', 'fail-on': 'error', wait: '0s', ...flags }));
  return { flag: (name) => values.get(name), environment: () => undefined };
};

it('reads options', () => {
  expect(reportOptions(settings({ output: 'json' }))).toEqual({ output: 'json', failOn: 'error' });
  expect(waitMsOf(settings({ wait: '5m' }))).toBe(300_000);
  expect(selectionOf(settings({ only: 'LCSI-N, lcsi-c001' }), ['LCSI-N001', 'LCSI-C001'])).toEqual({
    only: ['LCSI-N', 'lcsi-c001'],
    skip: [],
  });
});

it.each([
  [() => reportOptions(settings({ output: 'yaml' })), /--output is "yaml": write text or json/],
  [() => reportOptions(settings({ 'fail-on': 'info' })), /--fail-on is "info": write error or warning/],
  [() => waitMsOf(settings({ wait: '5' })), /--wait is "5"/],
  [() => selectionOf(settings({ skip: 'LCSI-X1' }), ['LCSI-N001']), /no check has the id "LCSI-X1"/],
])('refuses a wrong option', (read, words) => {
  expect(read).toThrow(words);
});
