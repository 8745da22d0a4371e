import { describe, expect, it } from 'vitest';
import { readMutableParameters } from './mutable-parameters.js';
import { lustreParameterSchema, lustreParameters } from './parameters.js';

const read = (parameters: Record<string, string>): unknown => lustreParameterSchema.read(parameters);

describe('parameters of a StorageClass', () => {
  it.each(Object.entries(lustreParameters))('%s takes its example', (name, { example }) => {
    expect(() => read({ [name]: example })).not.toThrow();
  });

  it.each([
    ['nsgIds', 'ocid1.networksecuritygroup.x', 'it is no JSON'],
    ['nsgIds', '["ocid1.subnet.oc1.phx.a"]', 'illegal: "ocid1.subnet.oc1.phx.a"'],
    ['nsgIds', JSON.stringify(Array(6).fill('ocid1.networksecuritygroup.oc1.phx.a')), '6 items, OCI takes 5'],
    ['subnetId', 'subnet-1', 'legal: the OCID of a subnet'],
    ['performanceTier', 'MBPS_PER_TB_1', 'legal: MBPS_PER_TB_125'],
    ['availabilityDomain', 'eu-west-1a', 'such as PHX-AD-1'],
    ['fileSystemName', 'too_long_1', '1 to 8 letters'],
    ['rootSquashEnabled', 'yes', 'legal: true or false'],
    ['rootSquashUid', '-1', 'a whole number from 0'],
    ['rootSquashClientExceptions', '["client-1"]', 'a JSON array of at most 10 addresses'],
    ['lustreSubnetCidr', '10.0.2.0/33', 'a range of addresses'],
    ['lustreSubnetCidr', '10.0.2.0', 'a range of addresses'],
    ['lustrePostMountParameters', '{"a": 1}', 'no JSON array of objects'],
    ['lustrePostMountParameters', '[{"*.*.*.unknown": 1}]', 'does not name the part of the client'],
    ['oci.oraclecloud.com/initial-freeform-tags-override', '{"a.b": "c"}', '"a.b" is no tag key'],
    [
      'oci.oraclecloud.com/initial-freeform-tags-override',
      '{"lustre-csi-x": "c"}',
      'the driver itself writes',
    ],
    ['oci.oraclecloud.com/initial-freeform-tags-override', '{"a": 1}', 'no JSON object of texts'],
    ['oci.oraclecloud.com/initial-defined-tags-override', '{"a": "b"}', 'no JSON object of namespaces'],
    ['SubnetId', 'x', 'did you mean "subnetId"?'],
    ['capacityInGBs', '31200', 'the size belongs in the claim'],
  ])('%s refuses %s', (name, value, words) => {
    expect(() => read({ [name]: value })).toThrow(words);
  });
});

describe('parameters of a VolumeAttributesClass', () => {
  it('names the keys that are legal, and all faults at once', () => {
    const given = { subnetId: 'ocid1.subnet.oc1.phx.a', rootSquashUid: 'x' };
    expect(() => readMutableParameters(given)).toThrow(
      /^2 faults: .*"subnetId"; legal: nsgIds.*rootSquashUid/,
    );
  });

  it('needs both parts of a maintenance window', () => {
    expect(() => readMutableParameters({ maintenanceDayOfWeek: 'SUNDAY' })).toThrow('need each other');
    const both = { maintenanceDayOfWeek: 'SUNDAY', maintenanceTimeStart: '22:00' };
    expect(readMutableParameters(both)).toEqual(both);
  });
});
