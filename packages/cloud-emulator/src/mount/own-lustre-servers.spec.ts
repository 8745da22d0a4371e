import { expect, it } from 'vitest';
import type { LustreServer } from '../world/lustre-registry.js';
import { OwnLustreServers } from './own-lustre-servers.js';

it('OwnLustreServers withdraws the servers that it has published and not withdrawn yet, and no others', () => {
  const answering = new Set(['of-another-emulator']);
  const own = new OwnLustreServers({
    publish: ({ id }) => answering.add(id),
    withdraw: (id) => answering.delete(id),
  });
  const server: LustreServer = {
    ...{ id: 'a', mgsAddresses: ['10.0.0.4'], dnsNames: [], fsname: 'fs', version: '2.15.5' },
    capacityBytes: 1n,
  };
  own.publish(server);
  own.publish({ ...server, id: 'b' });
  own.withdraw('b');
  expect([...answering]).toEqual(['of-another-emulator', 'a']);
  answering.add('b');
  own.withdrawAll();
  expect([...answering]).toEqual(['of-another-emulator', 'b']);
});
