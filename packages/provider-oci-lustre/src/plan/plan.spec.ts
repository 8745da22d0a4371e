import { Capacity } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { dynamicParameters, gigabytes, requestOf, seed } from '../testing/samples.js';
import { smallestCapacity } from './capacity-rules.js';
import { createRequest, retryToken } from './create-request.js';
import { planFor, type LustrePlan } from './plan.js';

const TAGS = 'oci.oraclecloud.com/initial-freeform-tags-override';

const plan = (parameters: Record<string, string> = {}, mutableParameters = {}): LustrePlan =>
  planFor(requestOf({ ...dynamicParameters, ...parameters }, { mutableParameters }), seed.compartmentId);

describe('the plan', () => {
  it('is for the compartment of the settings, or that of the class', () => {
    expect(plan().listingScope).toBe(seed.compartmentId);
    expect(plan({ compartmentId: seed.otherCompartmentId }).listingScope).toBe(seed.otherCompartmentId);
  });

  it('has the same domain with and without the prefix of the tenancy', () => {
    expect(plan({ availabilityDomain: 'Uocm:phx-ad-1' }).attributes).toEqual(plan().attributes);
  });

  it('names the file system as Oracle’s driver does', () => {
    expect(plan().creation.fileSystemName).toBe('pv5c6d7e');
    expect(plan({ fileSystemName: 'mine' }).creation.fileSystemName).toBe('mine');
    const odd = planFor(requestOf(dynamicParameters, { name: '-/-' }), seed.compartmentId);
    expect(odd.creation.fileSystemName).toBe('pvlustre');
  });

  it('hands the nodes what is theirs', () => {
    const lustrePostMountParameters = '[{"*.*.*MDT*.lru_size": 11200}]';
    const given = { setupLnet: 'TRUE', lustreSubnetCidr: '10.0.2.0/24', lustrePostMountParameters };
    expect(plan(given).nodeContext).toEqual({ ...given, setupLnet: 'true' });
  });

  it('warns of what has no effect here', () => {
    expect(plan().warnings).toBeUndefined();
    const lustrePostMountParameters = '[{"at_history": 600}, {"*.*.*MDT*.lru_size": 1}]';
    expect(plan({ lustreSubnetCidr: '10.0.0.0/8', lustrePostMountParameters }).warnings).toEqual([
      expect.stringContaining('lustreSubnetCidr has no effect'),
      expect.stringMatching(/^at_history of .*set it on the nodes$/),
    ]);
  });

  it('prefers a VolumeAttributesClass, and merges tags', () => {
    const { creation } = plan(
      { [TAGS]: '{"a":"1","b":"1"}', rootSquashEnabled: 'true' },
      {
        [TAGS]: '{"b":"2"}',
        rootSquashEnabled: 'false',
      },
    );
    expect(creation.freeformTags).toEqual({ a: '1', b: '2' });
    expect(creation.rootSquash).toEqual({ identitySquash: 'NONE' });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no subnet', { subnetId: '' }, /^parameter "subnetId" is missing$/],
    ['nothing at all', { subnetId: '', performanceTier: '', availabilityDomain: '' }, /^3 faults: /],
    ['an id without root squash', { rootSquashUid: '1' }, /need rootSquashEnabled/],
  ])('refuses %s', (_, parameters, words) => {
    expect(() => plan(parameters)).toThrow(words);
  });
});

describe('the request', () => {
  const body = (parameters: Record<string, string> = {}, attempt = 1): object =>
    createRequest({
      creation: plan(parameters).creation,
      availabilityDomain: 'Uocm:PHX-AD-1',
      capacity: gigabytes(31_200),
      ...{ volumeName: 'pvc-1', clusterId: 'a', attempt },
    });

  it('is complete', () => {
    const given = {
      nsgIds: `["${seed.nsgId}"]`,
      kmsKeyId: seed.kmsKeyId,
      rootSquashEnabled: 'true',
      rootSquashUid: '0',
      rootSquashClientExceptions: '["10.0.1.2@tcp"]',
      maintenanceDayOfWeek: 'SUNDAY',
      maintenanceTimeStart: '22:00',
      'oci.oraclecloud.com/initial-defined-tags-override': '{"n":{"k":1}}',
    };
    expect(body(given, 2)).toEqual({
      compartmentId: seed.compartmentId,
      availabilityDomain: 'Uocm:PHX-AD-1',
      displayName: 'pvc-1',
      fileSystemName: 'pv5c6d7e',
      capacityInGBs: 31_200,
      subnetId: seed.subnetId,
      performanceTier: 'MBPS_PER_TB_125',
      rootSquashConfiguration: {
        ...{ identitySquash: 'ROOT', squashUid: 0, clientExceptions: ['10.0.1.2@tcp'] },
      },
      nsgIds: [seed.nsgId],
      kmsKeyId: seed.kmsKeyId,
      maintenanceWindow: { dayOfWeek: 'SUNDAY', timeStart: '22:00' },
      freeformTags: {
        'lustre-csi-volume-name': 'pvc-1',
        'lustre-csi-attempt': '2',
        'lustre-csi-cluster': 'a',
      },
      definedTags: { n: { k: 1 } },
    });
  });

  it('has the same text every time, as the retry token demands', () => {
    expect(JSON.stringify(body())).toBe(JSON.stringify(body()));
  });

  it('has a token of 64 characters, which is another for each attempt and for other parameters', () => {
    const bodies = [body(), body({}, 2), body({ kmsKeyId: seed.kmsKeyId })];
    const tokens = bodies.map(retryToken);
    expect(new Set(tokens).size).toBe(3);
    expect(tokens.every((token) => token.length === 64)).toBe(true);
    expect(retryToken(body())).toBe(tokens[0]);
  });
});

describe('smallestCapacity', () => {
  it.each([
    [0, 31_200],
    [31_200, 31_200],
    [31_201, 41_600],
    [124_800, 124_800],
    [124_801, 166_400],
    [166_401, 208_000],
  ])('makes %d GB %d GB', (wanted, expected) => {
    const capacity = smallestCapacity({ required: gigabytes(wanted) });
    expect(capacity.equals(gigabytes(expected))).toBe(true);
  });

  it('rounds a part of a GB up, and knows that Gi is more than G', () => {
    expect(smallestCapacity({ required: Capacity.bytes(31_200_000_000_001n) }).toString()).toBe('41600 GB');
    expect(smallestCapacity({ required: Capacity.gibibytes(31_200) }).toString()).toBe('41600 GB');
  });

  it('refuses a range without a legal size, and names those', () => {
    const range = { required: gigabytes(31_201), limit: gigabytes(41_599) };
    expect(() => smallestCapacity(range)).toThrow(
      /at least 31201 GB and at most 41599 GB.*steps of 10400 GB/,
    );
  });
});
