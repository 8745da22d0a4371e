import { formatMountSource } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { LustreNode } from '../node/lustre-node.js';
import { requestOf, seed } from '../testing/samples.js';
import { planFor } from './plan.js';

/** StorageClasses as people copy them, with OCIDs that exist here: the sample of oci-cloud-controller-manager, and the page
 *  "Provisioning PVCs on the File Storage with Lustre Service" of OKE. */
const classes: readonly (readonly [string, Record<string, string>])[] = [
  [
    'the sample, with everything',
    {
      subnetId: seed.subnetId,
      availabilityDomain: 'PHX-AD-1',
      performanceTier: 'MBPS_PER_TB_125',
      compartmentId: seed.compartmentId,
      nsgIds: JSON.stringify([seed.nsgId, seed.otherNsgId]),
      kmsKeyId: seed.kmsKeyId,
      fileSystemName: 'lustrefs',
      rootSquashEnabled: 'true',
      rootSquashUid: '65534',
      rootSquashGid: '65534',
      rootSquashClientExceptions: '["10.0.2.4"]',
      setupLnet: 'false',
      lustreSubnetCidr: '10.0.2.0/24',
      lustrePostMountParameters: '[{"*.*.*MDT*.lru_size": 11200}]',
      'oci.oraclecloud.com/initial-defined-tags-override': '{"Operations": {"CostCenter": "42"}}',
      'oci.oraclecloud.com/initial-freeform-tags-override': '{"Department": "Finance"}',
    },
  ],
  [
    'the page',
    {
      availabilityDomain: 'PHX-AD-1',
      compartmentId: seed.compartmentId,
      subnetId: seed.subnetId,
      performanceTier: 'MBPS_PER_TB_250',
      fileSystemName: 'aiworkfs',
      kmsKeyId: seed.kmsKeyId,
      nsgIds: JSON.stringify([seed.nsgId]),
      'oci.oraclecloud.com/initial-defined-tags-override': '{"Org": {"CostCenter": "AI"}}',
      'oci.oraclecloud.com/initial-freeform-tags-override': '{"Project": "ML"}',
      setupLnet: 'true',
    },
  ],
  [
    'the page, with parameters of the client',
    {
      availabilityDomain: 'PHX-AD-1',
      subnetId: seed.subnetId,
      performanceTier: 'MBPS_PER_TB_500',
      rootSquashEnabled: 'true',
      rootSquashClientExceptions: '["10.0.2.0/24"]',
      lustrePostMountParameters: '[{"*.*.*MDT*.lru_size": 11200},{"at_history": 600}]',
    },
  ],
];

describe('a published StorageClass', () => {
  const node = new LustreNode();

  it.each(classes)('%s is planned and mounted as it is', (_, parameters) => {
    const { creation, nodeContext } = planFor(requestOf(parameters), seed.compartmentId);
    expect(creation).toMatchObject({
      subnetId: parameters['subnetId'],
      performanceTier: parameters['performanceTier'],
      ...(parameters['fileSystemName'] === undefined ? {} : { fileSystemName: parameters['fileSystemName'] }),
    });
    const volume = { volumeId: '10.0.2.6@tcp:/pvabc123', context: nodeContext };
    const { clientTuning } = node.impliedSettings(volume);
    const isTuned = parameters['lustrePostMountParameters'] !== undefined;
    expect(clientTuning).toBe(isTuned ? 'ldlm.namespaces.*MDT*.lru_size=11200' : undefined);
    expect(node.lnetRequirement(volume)).toBeUndefined();
  });
});

describe('a published PersistentVolume', () => {
  const volumeId = '10.0.2.6@tcp:/testlufs';
  const node = new LustreNode();

  it.each([
    [{}, undefined],
    [{ setupLnet: 'true' }, undefined],
    [
      { lustrePostMountParameters: '[{"*.*.*MDT*.lru_size": 11200},{"at_history" :\n600}]' },
      'ldlm.namespaces.*MDT*.lru_size=11200',
    ],
  ])('with %j is mounted as it is', (context: Record<string, string>, clientTuning) => {
    const volume = { volumeId, context };
    expect(formatMountSource(node.mountSource(volume))).toBe(volumeId);
    expect(node.impliedSettings(volume)['clientTuning']).toBe(clientTuning);
  });
});
