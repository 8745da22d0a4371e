import { describe, expect, it } from 'vitest';
import { createFileSystemShape, describeFileSystemsShape } from '../file-systems/file-system-shapes.js';
import { parseRequest } from './request-shape.js';

const minimal = { FileSystemType: 'LUSTRE', SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'] };
const parse = (more: object) => parseRequest(createFileSystemShape, { ...minimal, ...more });
const tags = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));

describe('parseRequest', () => {
  it('takes a request whose constraints hold, and ignores members it does not know', () => {
    const request = parse({ Tags: tags(50), ClientRequestToken: 'pvc_1.a-B', Unknown: 1, KmsKeyId: null });
    expect(request.ClientRequestToken).toBe('pvc_1.a-B');
    expect(request.KmsKeyId).toBeUndefined();
  });

  it.each<[object, string]>([
    [
      { Tags: [] },
      "at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [{ Tags: tags(51) }, 'Member must have length less than or equal to 50'],
    [{ Tags: [{ Key: 'a;b', Value: '' }] }, "at 'tags.1.member.key'"],
    [{ Tags: [{ Key: 'a' }] }, "Value null at 'tags.1.member.value'"],
    [{ Tags: [{ Key: 'k'.repeat(129), Value: '' }] }, 'length less than or equal to 128'],
    [{ Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] }, 'length less than or equal to 256'],
    [{ ClientRequestToken: 't'.repeat(64) }, "at 'clientRequestToken'"],
    [{ ClientRequestToken: 'a b' }, 'Member must satisfy regular expression pattern'],
    [{ SecurityGroupIds: [''] }, "Value '' at 'securityGroupIds.1.member'"],
    [{ SubnetIds: ['vpc-1'] }, "at 'subnetIds.1.member'"],
    [{ StorageType: 'TAPE' }, 'Member must satisfy enum value set: [SSD, HDD, INTELLIGENT_TIERING]'],
    [{ LustreConfiguration: { DeploymentType: 'X' } }, "at 'lustreConfiguration.deploymentType'"],
    [{ LustreConfiguration: { WeeklyMaintenanceStartTime: '8:00:00' } }, 'weeklyMaintenanceStartTime'],
    [{ LustreConfiguration: { PerUnitStorageThroughput: 1001 } }, 'value less than or equal to 1000'],
    [{ LustreConfiguration: { AutomaticBackupRetentionDays: 91 } }, 'less than or equal to 90'],
    [
      { LustreConfiguration: { RootSquashConfiguration: { NoSquashNids: ['10.0.0.1@o2ib'] } } },
      'noSquashNids.1.member',
    ],
  ])('refuses a broken constraint, case %#', (more, text) => {
    expect(() => parse(more)).toThrow(expect.objectContaining({ code: 'BadRequest' }));
    expect(() => parse(more)).toThrow(text);
  });

  it('counts broken constraints', () => {
    expect(() => parseRequest(createFileSystemShape, {})).toThrow(
      "2 validation errors detected: Value null at 'subnetIds' failed to satisfy constraint: Member must not be null; Value null at 'fileSystemType'",
    );
  });

  it.each<[unknown, string]>([
    [{ MaxResults: '5' }, 'STRING_VALUE can not be converted to an Integer'],
    [{ NextToken: 5 }, 'NUMBER_VALUE can not be converted to a String'],
    [{ FileSystemIds: 'fs-1' }, 'STRING_VALUE can not be converted to a List'],
    [[], 'START_ARRAY can not be converted to a Structure'],
  ])('does not read %j', (body, text) => {
    expect(() => parseRequest(describeFileSystemsShape, body)).toThrow(
      expect.objectContaining({ code: 'SerializationException', message: text }),
    );
  });
});
