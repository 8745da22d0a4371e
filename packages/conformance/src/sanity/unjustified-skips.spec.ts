import { describe, expect, it } from 'vitest';
import { parseJunit } from './junit-report.js';
import { unjustifiedSkips } from './unjustified-skips.js';

const advertised = new Set([
  'plugin CONTROLLER_SERVICE',
  'controller EXPAND_VOLUME',
  'node GET_VOLUME_STATS',
]);

describe('unjustifiedSkips', () => {
  it.each([
    ['a capability that is not advertised', 'NodeStageVolume not supported', false],
    ['the same capability of another service', 'NodeExpandVolume not supported', false],
    ['a spec that the suite has disabled', 'pending', false],
    ['a capability that is advertised', 'ControllerExpandVolume not supported', true],
    ['another one that is', 'NodeGetVolume not supported', true],
    ['an option that the suite was not given', 'testnodevolumeattachlimit not enabled', true],
    ['a reason that this version of the suite does not have', 'the moon is full', true],
  ])('%s', (_, reason, isUnjustified) => {
    const spec = { name: 'x', status: 'skipped', reason } as const;
    expect(unjustifiedSkips(advertised, [spec])).toEqual(isUnjustified ? [spec] : []);
  });

  it('considers only skipped specs', () => {
    const passed = { name: 'x', status: 'passed', reason: '' } as const;
    const failed = { name: 'y', status: 'failed', reason: 'ControllerExpandVolume not supported' } as const;
    expect(unjustifiedSkips(advertised, [passed, failed])).toEqual([]);
  });
});

describe('parseJunit', () => {
  const report = (...cases: readonly string[]): string =>
    `<?xml version="1.0"?><testsuites><testsuite tests="9">${cases.join('\n')}</testsuite></testsuites>`;
  const testcase = (name: string, status: string, body = ''): string =>
    `<testcase name="${name}" classname="suite" status="${status}" time="0.1">${body}</testcase>`;

  it.each([
    ['a passed spec', testcase('[It] a', 'passed', '<system-err>&gt; x</system-err>'), 'passed', ''],
    ['one without a body', '<testcase name="[It] a" status="passed" time="0"></testcase>', 'passed', ''],
    [
      'a skipped one',
      testcase('[It] a', 'skipped', '<skipped message="skipped - GetCapacity not supported"></skipped>'),
      'skipped',
      'GetCapacity not supported',
    ],
    [
      'a disabled one',
      testcase('[It] a', 'pending', '<skipped message="pending"></skipped>'),
      'skipped',
      'pending',
    ],
    [
      'a failed one',
      testcase(
        '[It] a',
        'failed',
        '<failure message="Expected&#xA;&#34;1&#34; &lt; &amp;2" type="failed">y</failure>',
      ),
      'failed',
      'Expected "1" < &2',
    ],
    [
      'one that panicked',
      testcase('[It] a', 'panicked', '<error message="Test Panicked" type="panicked">y</error>'),
      'failed',
      'Test Panicked',
    ],
  ])('reads %s', (_, xml, status, reason) => {
    expect(parseJunit(report(xml))).toEqual([{ name: '[It] a', status, reason }]);
  });

  it('counts set-up and tear-down only if they fail', () => {
    const failure = '<failure message="no driver" type="failed"></failure>';
    expect(
      parseJunit(report(testcase('[BeforeSuite]', 'passed'), testcase('[AfterSuite]', 'failed', failure))),
    ).toEqual([{ name: '[AfterSuite]', status: 'failed', reason: 'no driver' }]);
  });

  it('finds no specs in an empty report', () => {
    expect(parseJunit('')).toEqual([]);
  });
});
