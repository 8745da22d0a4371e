import { describe, expect, it } from 'vitest';
import { seed } from '../seed.js';
import { metadataOf, readMetadata } from './metadata-tree.js';

describe('readMetadata', () => {
  const ofRole = {
    ...{ accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't', expiresAt: 60_000 },
    principal: { arn: 'arn:aws:sts::111122223333:assumed-role/lustre-csi/i-1', userId: 'AROA:i-1' },
  };
  const tree = metadataOf(seed, 0, ofRole);
  it.each([
    ['meta-data/placement/region', 'us-west-2'],
    ['meta-data/placement/availability-zone', 'us-west-2a'],
    ['meta-data/placement/availability-zone/', 'us-west-2a'],
    ['meta-data/instance-id', 'i-0aaaaaaaaaaaaaaa1'],
    ['meta-data/iam/security-credentials/', 'lustre-csi'],
    ['meta-data/placement', 'region\navailability-zone\navailability-zone-id'],
    ['meta-data/', 'instance-id\ninstance-type\nplacement/\niam/'],
    ['', 'meta-data/\ndynamic/'],
    ['meta-data/place', undefined],
    ['user-data', undefined],
  ])('reads %j', (path, expected) => {
    expect(readMetadata(tree, path)).toBe(expected);
  });
});
