import { describe, expect, it } from 'vitest';
import { checkRoom, parseSubnetId, roomOf } from './subnet-room.js';

const id = '/subscriptions/s/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/v/subnets/n';

describe('parseSubnetId', () => {
  it.each([id, id.toLowerCase()])('reads %s', (text) => {
    expect(parseSubnetId(text)).toEqual({
      subscriptionId: 's',
      resourceGroup: text === id ? 'G' : 'g',
      network: 'v',
      subnet: 'n',
    });
  });

  it.each(['', '/subscriptions/s', `${id}/x`, id.replace('subnets', 'nets')])('does not read %j', (text) =>
    expect(parseSubnetId(text)).toBeUndefined(),
  );
});

describe('roomOf', () => {
  it.each<[string, readonly unknown[], object | undefined]>([
    [
      'the subnet, in any case',
      [{ id: id.toUpperCase(), currentValue: 3, limit: 27 }],
      { free: 24, limit: 27 },
    ],
    ['an overfull subnet', [{ id, currentValue: 30, limit: 27 }], { free: 0, limit: 27 }],
    ['another subnet', [{ id: `${id}2`, currentValue: 3, limit: 27 }], undefined],
    ['no numbers', [{ id, currentValue: '3', limit: 27 }], undefined],
    ['odd rows', [null, 1, {}, { id: 5 }], undefined],
  ])('of %s', (_, usages, room) => expect(roomOf(usages, id)).toEqual(room));
});

describe('checkRoom', () => {
  it('lets pass what fits', () => {
    expect(() => checkRoom(id, 24, { free: 24, limit: 27 }, 'x')).not.toThrow();
  });

  it('names both numbers where it does not', () => {
    expect(() => checkRoom(id, 25, { free: 24, limit: 27 }, 'X of 16 TiB')).toThrow(
      `X of 16 TiB needs 25 free addresses, and subnet ${id} has 24 (of 27)`,
    );
  });
});
