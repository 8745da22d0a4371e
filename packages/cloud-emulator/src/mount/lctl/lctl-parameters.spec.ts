import { expect, it } from 'vitest';
import { matching, parametersOf } from './lctl-parameters.js';

const client = { fsname: 'lfs', instance: 'ff1100005fcba800', nid: '10.9.0.1@tcp' };
const stateOf = (text = ''): string => /^ {4}state: (\w+)$/m.exec(text)?.[1] ?? text;

it('parametersOf shows the connection of each target, and which one is lost', () => {
  const parameters = parametersOf({ ...client, deadTargets: [1] });
  const names = matching('*.lfs-*.import', parameters.keys());
  expect(names.map((name) => [name, stateOf(parameters.get(name)?.value)])).toEqual([
    ['mdc.lfs-MDT0000-mdc-ff1100005fcba800.import', 'FULL'],
    ['osc.lfs-OST0000-osc-ff1100005fcba800.import', 'FULL'],
    ['osc.lfs-OST0001-osc-ff1100005fcba800.import', 'DISCONN'],
  ]);
  expect(parameters.get(names[0] ?? '')?.value).toContain(
    'import:\n    name: lfs-MDT0000-mdc-ff1100005fcba800\n    target: lfs-MDT0000_UUID\n    state: FULL\n',
  );
});

it('matching takes slashes for dots, and no dot for a wildcard', () => {
  const names = [...parametersOf({ ...client, deadTargets: [] }).keys()];
  expect(matching('osc/*OST0000*/max_dirty_mb', names)).toEqual([
    'osc.lfs-OST0000-osc-ff1100005fcba800.max_dirty_mb',
  ]);
  expect(matching('*.max_cached_mb', names)).toEqual([]);
  expect(matching('llite.*.max_cached_mb', names)).toHaveLength(1);
});
