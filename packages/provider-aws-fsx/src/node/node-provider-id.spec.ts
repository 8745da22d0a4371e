import { describe, expect, it } from 'vitest';
import { isRegion, parseProviderId, regionOfZone } from './node-provider-id.js';

describe('regionOfZone', () => {
  it.each<[string, string | undefined]>([
    ['us-west-2a', 'us-west-2'],
    ['ap-southeast-3c', 'ap-southeast-3'],
    ['us-gov-west-1a', 'us-gov-west-1'],
    ['us-isob-east-1b', 'us-isob-east-1'],
    ['cn-northwest-1a', 'cn-northwest-1'],
    ['eusc-de-east-1a', 'eusc-de-east-1'],
    ['us-west-2-lax-1a', 'us-west-2'],
    ['ap-southeast-2-akl-1a', 'ap-southeast-2'],
    ['us-east-1-wl1-bos-wlz-1', 'us-east-1'],
    ['eu-west-2-wl2-man-wlz-1', 'eu-west-2'],
    ['us-west-2', undefined],
    ['us-west-2ab', undefined],
    ['us-west-2-', undefined],
    ['us-west-2--lax-1a', undefined],
    ['US-WEST-2A', undefined],
    ['usw2-az1', undefined],
    ['', undefined],
    ['us-west-2a\n', undefined],
  ])('%j is in %j', (zone, region) => {
    expect(regionOfZone(zone)).toBe(region);
  });
});

describe('parseProviderId', () => {
  it.each<[string, string, ReturnType<typeof parseProviderId>]>([
    ['EC2', 'aws:///us-west-2a/i-0123456789abcdef0', { region: 'us-west-2', zone: 'us-west-2a' }],
    ['GovCloud', 'aws:///us-gov-west-1a/i-01', { region: 'us-gov-west-1', zone: 'us-gov-west-1a' }],
    ['a Local Zone', 'aws:///us-west-2-lax-1a/i-01', { region: 'us-west-2', zone: 'us-west-2-lax-1a' }],
    [
      'a Wavelength Zone',
      'aws:///us-east-1-wl1-bos-wlz-1/i-01',
      { region: 'us-east-1', zone: 'us-east-1-wl1-bos-wlz-1' },
    ],
    [
      'Fargate',
      'aws:///eu-west-1c/2a3b4c5d6e-0123456789abcdef/fargate-ip-10-0-0-1.eu-west-1.compute.internal',
      { region: 'eu-west-1', zone: 'eu-west-1c' },
    ],
    [
      'EKS Hybrid Nodes',
      'eks-hybrid:///eu-central-1/training/mi-0123456789abcdef0',
      { region: 'eu-central-1' },
    ],
    ['a hybrid node without a name', 'eks-hybrid:///us-gov-east-1/training', { region: 'us-gov-east-1' }],
    ['a hybrid node without a region', 'eks-hybrid:////training/mi-01', undefined],
    ['a hybrid node in a zone', 'eks-hybrid:///us-west-2a/training/mi-01', undefined],
    ['a hybrid node of no cluster', 'eks-hybrid:///us-west-2', undefined],
    ['an instance without a zone', 'aws:////i-0123456789abcdef0', undefined],
    ['an instance alone', 'i-0123456789abcdef0', undefined],
    ['a zone alone', 'aws:///us-west-2a', undefined],
    ['a region for the zone', 'aws:///us-west-2/i-01', undefined],
    ['another cloud', 'azure:///subscriptions/s/resourceGroups/g/virtualMachines/vm', undefined],
    ['a cluster in a container', 'kind://docker/kind/kind-worker', undefined],
    ['another case', 'AWS:///us-west-2a/i-01', undefined],
    ['nothing', '', undefined],
  ])('%s', (_name, providerId, place) => {
    expect(parseProviderId(providerId)).toEqual(place);
  });
});

describe('isRegion', () => {
  it.each<[string, boolean]>([
    ['us-west-2', true],
    ['us-gov-west-1', true],
    ['eusc-de-east-1', true],
    ['us-west-2a', false],
    ['http://x', false],
    ['us-west-2\n', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isRegion(text)).toBe(expected);
  });
});
