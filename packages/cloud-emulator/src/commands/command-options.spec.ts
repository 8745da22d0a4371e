import { describe, expect, it } from 'vitest';
import { optionsHelp, parseCommandOptions } from './command-options.js';

describe('parseCommandOptions', () => {
  it.each([
    [[], { durations: {}, awsPort: 0, azurePort: 0, client: {} }],
    [
      ['--create-seconds', '0.2', '--delete-seconds=.1', '--update-seconds', '3', '--token-seconds', '0'],
      {
        durations: { createSeconds: 0.2, deleteSeconds: 0.1, updateSeconds: 3, tokenSeconds: 0 },
        awsPort: 0,
        azurePort: 0,
        client: {},
      },
    ],
    [
      [
        '--aws-port',
        '4566',
        '--azure-port=8443',
        '--directory',
        '/tmp/x/../y',
        '--lustre-registry',
        '/tmp/r',
      ],
      {
        durations: {},
        awsPort: 4566,
        azurePort: 8443,
        directory: '/tmp/y',
        lustreRegistry: '/tmp/r',
        client: {},
      },
    ],
    [['--page-size', '50'], { durations: {}, pageSize: 50, awsPort: 0, azurePort: 0, client: {} }],
    [
      ['--lustre-version', '2.17', '--lustre-wait-scale', '1'],
      { durations: {}, awsPort: 0, azurePort: 0, client: { version: '2.17', waitScale: 1 } },
    ],
  ])('%j', (args, options) => {
    expect(parseCommandOptions(args)).toEqual(options);
  });

  it.each([
    [
      ['--create-seconds', 'soon'],
      "--create-seconds must be a number of seconds, fractions allowed, not 'soon'",
    ],
    [['--create-seconds=-1'], "--create-seconds must be a number of seconds, fractions allowed, not '-1'"],
    [['--create-seconds=1e3'], "--create-seconds must be a number of seconds, fractions allowed, not '1e3'"],
    [['--aws-port', '65536'], "--aws-port must be a port from 0 to 65535, not '65536'"],
    [['--azure-port', '1.5'], "--azure-port must be a port from 0 to 65535, not '1.5'"],
    [['--page-size', '0'], "--page-size must be a whole number from 1, not '0'"],
    [['--directory='], '--directory must name a directory'],
    [['--lustre-version', '2.14'], "--lustre-version must be one of 2.15, 2.16, 2.17, not '2.14'"],
    [['--lustre-wait-scale', '1x'], "--lustre-wait-scale must be a factor from 0, not '1x'"],
    [['--colour'], "Unknown option '--colour' (see --help; a COMMAND goes behind --)"],
    [['sh'], "Unexpected argument 'sh' (see --help; a COMMAND goes behind --)"],
    [['--directory'], "Option '--directory <value>' argument missing (see --help; a COMMAND goes behind --)"],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parseCommandOptions(args)).toThrow(
      expect.objectContaining({ name: 'UsageError', message }) as Error,
    );
  });

  it('has a line of help for every flag', () => {
    const lines = optionsHelp().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/^ {2}--create-seconds N +duration of a creation \(8\)$/);
  });
});
