import { describe, expect, it } from 'vitest';
import type { Check } from './check.js';
import { chooseChecks } from './choose-checks.js';
import { helpText, parseOptions, UsageError } from './options.js';

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(parseOptions([])).toEqual({
      unreachable: '192.0.2.1@tcp',
      ssh: [],
      output: 'text',
      only: [],
      skip: [],
      list: false,
      help: false,
    });
  });

  it('takes servers, ways to freeze them, and lists of checks', () => {
    const args = [
      '--source',
      '10.0.0.4@tcp:/lfs/a',
      '--ssh',
      'mds1',
      '--ssh',
      'oss1,oss2',
      '--only',
      'static,quota.limit',
    ];
    expect(parseOptions([...args, '--freeze', 'stop', '--thaw', 'go', '--output', 'json'])).toMatchObject({
      source: '10.0.0.4@tcp:/lfs/a',
      ssh: ['mds1', 'oss1', 'oss2'],
      only: ['static', 'quota.limit'],
      freeze: 'stop',
      thaw: 'go',
      output: 'json',
    });
  });

  it.each([
    [['--nosuch'], /--nosuch/],
    [['word'], /word/],
    [['--source'], /--source/],
    [['--source', '/lfs'], /--source: .*must read NID/],
    [['--freeze', 'stop'], /--thaw/],
    [['--ssh', '-oProxyCommand=x'], /--ssh/],
    [['--output', 'xml'], /text or json/],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('explains every flag and the exit status', () => {
    expect(helpText()).toMatch(/--source SOURCE[^]*--freeze COMMAND[^]*Exit status: 0 [^]*; 1 [^]*; 2 /);
  });
});

describe('--only and --skip', () => {
  const checks = ['static.whole', 'static.read-only', 'quota.limit'].map((id): Check<object> => ({
    id,
    statement: id,
    seconds: 1,
    run: async () => {},
  }));

  it.each([
    [[], [], ['static.whole', 'static.read-only', 'quota.limit']],
    [['static'], [], ['static.whole', 'static.read-only']],
    [['quota.limit', 'static.whole'], [], ['static.whole', 'quota.limit']],
    [[], ['static'], ['quota.limit']],
    [['static'], ['static.whole'], ['static.read-only']],
  ])('only %j without %j', (only, skip, ids) => {
    expect(chooseChecks(checks, { only, skip }).map(({ id }) => id)).toEqual(ids);
  });

  it('refuses a word that stands for no check', () => {
    expect(() => chooseChecks(checks, { only: ['stat'], skip: [] })).toThrow(
      /--only: there is no check "stat"/,
    );
    expect(() => chooseChecks(checks, { only: [], skip: ['quota.limits'] })).toThrow(
      /--skip: .*"quota.limits"/,
    );
  });
});
