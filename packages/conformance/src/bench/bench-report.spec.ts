// The parts of the benchmark that measure nothing: command line, statistics, table, plots, baseline.
import { describe, expect, it } from 'vitest';
import { excesses, ratiosOf } from './baseline.js';
import { Figures } from './figures.js';
import { parseBenchOptions } from './options.js';
import { plotsOf } from './plots.js';
import { shortNumber, summaryOf } from './statistics.js';
import { tableOf } from './table.js';

const cpu = (mounts: number): { key: string; title: string; unit: string } => ({
  key: `publish.cpu.${mounts}`,
  title: `publish, ${mounts} other mounts`,
  unit: 'ms',
});

function someFigures(): Figures {
  const figures = new Figures();
  for (const value of [3, 1, 2]) figures.add('lustre-csi', cpu(0), value);
  figures.add('lustre-csi', cpu(1024), 2.5);
  figures.add('go', cpu(0), 4);
  figures.add('machine', { key: 'limit.bind', title: 'limit: bind', unit: 'ms' }, 0.5);
  return figures;
}

describe('command line', () => {
  it('names any number of endpoints', () => {
    const args = [
      '--endpoint',
      'a=unix:///run/a.sock',
      '--endpoint',
      'b-1=unix:///run/b.sock',
      '--rounds',
      '5',
    ];
    expect(parseBenchOptions(args)).toMatchObject({
      endpoints: [
        { name: 'a', endpoint: 'unix:///run/a.sock' },
        { name: 'b-1', endpoint: 'unix:///run/b.sock' },
      ],
      rounds: 5,
      short: false,
    });
  });

  it.each([
    [['--endpoint', '/run/a.sock'], /NAME=unix/],
    [['--endpoint', 'lustre-csi=unix:///a'], /NAME=unix/],
    [['--rounds', '0'], /--rounds/],
    [['--driver-name', 'other'], /--driver-name/],
    [['--write-baseline'], /--baseline/],
    [['--quick'], /--quick/],
  ])('refuses %j', (args, words) => expect(() => parseBenchOptions(args)).toThrow(words));
});

describe('statistics', () => {
  it.each([
    [[1], 1],
    [[4, 1], 2.5],
    [[9, 1, 2], 2],
  ])('the median of %j is %d', (values, median) => {
    expect(summaryOf(values)).toEqual({ median, least: Math.min(...values), most: Math.max(...values) });
  });

  it.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [1.234, '1.23'],
    [1234.5, '1235'],
  ])('writes %d as %s', (value, text) => expect(shortNumber(value)).toBe(text));
});

it('prints each figure with the median and the range of each driver', () => {
  const table = tableOf(someFigures(), ['lustre-csi', 'go', 'machine']);
  const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells).toContainEqual(['', 'publish, 0 other mounts [ms]', '2.00 (1.00-3.00)', '4.00', '-', '']);
  expect(cells).toContainEqual(['', 'limit: bind [ms]', '-', '-', '0.500', '']);
});

describe('a figure that could not be measured', () => {
  const refused = { isServed: true, cell: 'failed: INVALID_ARGUMENT', text: 'no security group' };
  const absent = { isServed: false, cell: 'not served', text: 'unknown method' };
  const figures = someFigures();
  figures.fail('go', cpu(1024), refused);
  figures.fail('go', { ...cpu(0), key: 'other', title: 'publish, 1024 other mounts: time' }, refused);
  figures.fail('lustre-csi', cpu(0), refused);
  figures.fail('lustre-csi', { ...cpu(0), key: 'stats' }, absent);
  const lines = tableOf(figures, ['lustre-csi', 'go']).split('\n');

  it('is a cell that states the error, beside the values of other rounds', () => {
    const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
    expect(cells).toContainEqual(['', 'publish, 1024 other mounts [ms]', '2.50', refused.cell, '']);
    expect(cells).toContainEqual([
      ...['', 'publish, 0 other mounts [ms]', `2.00 (1.00-3.00), ${refused.cell}`, '4.00', ''],
    ]);
  });

  it('has the words of the driver below the table, once', () => {
    expect(lines.slice(lines.indexOf(''))).toEqual([
      '',
      'lustre-csi, publish, 0 other mounts: no security group',
      'go, publish, 1024 other mounts: no security group',
    ]);
  });

  it('is a failure of its driver, unless the driver has no such call', () => {
    expect(['lustre-csi', 'go', 'machine'].map((name) => figures.hasFailed(name))).toEqual([
      true,
      true,
      false,
    ]);
    const served = new Figures();
    served.fail('go', cpu(0), absent);
    expect(served.hasFailed('go')).toBe(false);
  });

  it('is in the JSON with its error', () => {
    expect(figures.toJSON(['go'])).toMatchObject({
      'publish.cpu.1024': { subjects: { go: { error: 'no security group' } } },
    });
  });
});

it('plots figures that grow, each driver as a line', () => {
  const { 'cost-against-mounts.svg': svg = '' } = plotsOf(someFigures(), ['lustre-csi', 'go', 'machine']);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg.match(/<circle/g)).toHaveLength(3);
  expect(svg).toContain('>lustre-csi</text>');
});

describe('baseline', () => {
  const rules = [
    {
      name: 'growth',
      about: 'beside mounts',
      of: (median: (key: string) => number) => median('publish.cpu.1024') / median('publish.cpu.0'),
    },
    { name: 'absent', about: 'not measured', of: (median: (key: string) => number) => median('none') },
  ];
  const ratios = ratiosOf(someFigures(), 'lustre-csi', rules);

  it('has the ratios of what was measured', () => {
    expect(ratios).toEqual([{ name: 'growth', about: 'beside mounts', value: 1.25 }]);
  });

  it.each([
    [{ growth: 0.63 }, 0],
    [{ growth: 0.62 }, 1],
    [{}, 1],
  ])('compared with %j reports %i ratios', (baseline, count) => {
    expect(excesses(ratios, baseline)).toHaveLength(count);
  });
});
