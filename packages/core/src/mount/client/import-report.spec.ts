import { describe, expect, it } from 'vitest';
import { connectionsIn, isLost } from './import-report.js';

const importText = (target: string, device: string, state: string, nid = '10.9.0.1@tcp'): string =>
  `import:
    name: ${target}-${device}-ff1100005fcba800
    target: ${target}_UUID
    state: ${state}
    connect_flags: [ grant, version ]
    connection:
       failover_nids: [ "${nid}" ]
       current_connection: "${nid}"
       connection_attempts: 1
`;
const stateText = (state: string, ...history: readonly string[]): string =>
  `current_state: ${state}\nstate_history:\n${history.map((entry) => ` - [ ${entry} ]\n`).join('')}`;

const lctl = (name: string, text: string): string => `${name}=\n${text}`;
const tail = (path: string, text: string): string => `==> ${path} <==\n${text}\n`;

const mdt = 'lfs-MDT0000-mdc-ff1100005fcba800';
const ost = 'lfs-OST0001-osc-ff1100005fcba800';
const lostHistory = stateText('CONNECTING', '100, FULL', '500, DISCONN', '525, CONNECTING', '550, DISCONN');

describe('connectionsIn', () => {
  it.each([
    [
      'lctl get_param',
      lctl(`mdc.${mdt}.import`, importText('lfs-MDT0000', 'mdc', 'FULL')) +
        lctl(`osc.${ost}.import`, importText('lfs-OST0001', 'osc', 'CONNECTING')) +
        lctl(`osc.${ost}.state`, lostHistory) +
        lctl('osc.other-OST0000-osc-aa11.import', importText('other-OST0000', 'osc', 'DISCONN')) +
        lctl('osc.lfs-x-OST0000-osc-aa11.import', importText('lfs-x-OST0000', 'osc', 'DISCONN')),
    ],
    [
      'the files of the kernel',
      tail(`/proc/fs/lustre/osc/${ost}/import`, importText('lfs-OST0001', 'osc', 'CONNECTING')) +
        tail(`/proc/fs/lustre/osc/${ost}/state`, lostHistory) +
        tail(`/sys/kernel/debug/lustre/mdc/${mdt}/state`, stateText('FULL', '90, FULL')) +
        tail(`/sys/kernel/debug/lustre/mdc/${mdt}/import`, importText('lfs-MDT0000', 'mdc', 'FULL')),
    ],
  ])('reads %s', (_, text) => {
    const common = { instance: 'ff1100005fcba800', nids: ['10.9.0.1@tcp'] };
    const found = [...connectionsIn(text, 'lfs')].sort((a, b) => a.target.localeCompare(b.target));
    expect(found).toEqual([
      { ...common, target: 'lfs-MDT0000', state: 'FULL' },
      { ...common, target: 'lfs-OST0001', state: 'CONNECTING', lostSince: 500 },
    ]);
  });

  it('takes the oldest entry where the history shows no connection, and none where there is no history', () => {
    const flapping = stateText('DISCONN', '700, DISCONN', '725, CONNECTING', '750, DISCONN');
    expect(connectionsIn(lctl(`osc.${ost}.state`, flapping), 'lfs')).toMatchObject([{ lostSince: 700 }]);
    const [found] = connectionsIn(
      lctl(`osc.${ost}.import`, importText('lfs-OST0001', 'osc', 'DISCONN')),
      'lfs',
    );
    expect(found).toMatchObject({ state: 'DISCONN' });
    expect(found).not.toHaveProperty('lostSince');
  });

  it.each(['', 'error: get_param: param_path', `==> /proc/fs/lustre/osc/${ost}/import <==\n`])(
    'makes nothing of %j',
    (text) => expect(connectionsIn(text, 'lfs')).toEqual([]),
  );
});

it.each([
  ['FULL', false],
  ['IDLE', false],
  ['NEW', false],
  ['CLOSED', false],
  ['DISCONN', true],
  ['CONNECTING', true],
  ['EVICTED', true],
  ['REPLAY_WAIT', true],
])('isLost: %s is %s', (state, lost) => expect(isLost(state)).toBe(lost));
