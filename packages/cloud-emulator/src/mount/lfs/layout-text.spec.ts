import { expect, it } from 'vitest';
import { layoutText } from './layout-text.js';

it.each([
  ['', '2.15', 'stripe_count:  1 stripe_size:   4194304 pattern:       0 stripe_offset: -1'],
  ['-c 2 -S 1M', '2.17', 'stripe_count:  2 stripe_size:   1048576 pattern:       raid0 stripe_offset: -1'],
] as const)('layoutText shows "%s" as lfs of %s does', (options, version, text) => {
  expect(layoutText(options.split(' ').filter(Boolean), version)).toBe(text);
});

it('layoutText shows the components of a composite layout', () => {
  const text = layoutText('-E 64M -L mdt -E -1 -c 4'.split(' '), '2.17');
  expect(text).toContain('  lcm_entry_count:   2\n');
  const extents = [
    ...text.matchAll(/e_start: (\d+)\n.*e_end: {3}(\w+)\n.*count: {2}(\S+).*pattern: +(\w+)/g),
  ];
  expect(extents.map((match) => match.slice(1))).toEqual([
    ['0', '67108864', '0', 'mdt'],
    ['67108864', 'EOF', '4', 'mdt'],
  ]);
});
