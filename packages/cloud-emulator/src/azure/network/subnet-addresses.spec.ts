import { describe, expect, it } from 'vitest';
import { SubnetAddresses } from '../../world/subnet-addresses.js';
import { requiredAddresses, smallestPrefix } from './subnet-addresses.js';

describe('SubnetAddresses', () => {
  it('counts the addresses that Azure leaves in a subnet', () => {
    expect(new SubnetAddresses('10.1.0.0/24', 3)).toMatchObject({ limit: 251, used: 3, free: 248 });
    expect(new SubnetAddresses('10.1.0.0/16', 0).limit).toBe(65531);
  });

  it('gives addresses inside the usable part, after those in use', () => {
    expect(new SubnetAddresses('10.1.255.248/29', 1).take(2)).toEqual(['10.1.255.253', '10.1.255.254']);
  });

  it('gives all or none', () => {
    const subnet = new SubnetAddresses('10.2.0.0/29', 0);
    expect(subnet.take(4)).toBeUndefined();
    expect(subnet.used).toBe(0);
    expect(subnet.take(3)).toHaveLength(3);
    expect(subnet.free).toBe(0);
  });

  it('gives released addresses again, but last', () => {
    const subnet = new SubnetAddresses('10.2.0.0/28', 0);
    const first = subnet.take(4) ?? [];
    subnet.release(first);
    const others = subnet.take(7) ?? [];
    expect(others.filter((address) => first.includes(address))).toEqual([]);
    expect(subnet.take(4)).toEqual(first);
  });
});

/** The documented sizes for a SKU of 4 TiB steps. */
describe('requiredAddresses', () => {
  it.each([
    [4, '/28'],
    [16, '/27'],
    [20, '/26'],
    [40, '/26'],
    [44, '/25'],
    [92, '/25'],
    [96, '/24'],
    [196, '/24'],
    [200, '/23'],
    [400, '/23'],
  ])('%i TiB fit into a %s', (capacityTiB, prefix) => {
    expect(smallestPrefix(requiredAddresses(capacityTiB, 4))).toBe(prefix);
  });
});
