import type { CloudDiagnosis } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedFsx, request, silent, still } from '../testing/emulated-fsx.js';
import { awsFsx } from '../index.js';

let cloud: EmulatedFsx;
let diagnosis: CloudDiagnosis;

beforeAll(async () => {
  cloud = await EmulatedFsx.start();
  const settings = { flag: () => undefined, environment: (name: string) => process.env[name] };
  const context = { driverName: awsFsx.driverName, driverVersion: '1', clusterId: '', log: silent };
  const created = await awsFsx.diagnosis?.(settings, context);
  if (!created) throw new Error('FSx has no diagnosis');
  diagnosis = created;
});
afterEach(() => cloud.emulator.faults.clear());
afterAll(() => cloud.stop());

const deny = (operation: string): void =>
  cloud.emulator.faults.add({
    ...{ cloud: 'aws', kind: 'error', operation, times: 10, status: 400, code: 'AccessDeniedException' },
    message: `User is not authorized to perform: fsx:${operation}`,
  });

/** Answers an operation of EC2 with these members. */
const answer = (operation: string, members: string): void =>
  cloud.emulator.faults.add({
    ...{ cloud: 'aws', kind: 'answer', operation, times: 10 },
    body: `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${members}</${operation}Response>`,
  });

const networkOf = async (parameters: Record<string, string> = {}): ReturnType<CloudDiagnosis['network']> =>
  diagnosis.network(await (await cloud.provider()).plan(request('pvc-1', parameters)), still());

describe('the diagnosis of AWS', () => {
  it('names the identity', async () => {
    expect(await diagnosis.identity(still())).toMatchObject({
      name: expect.stringMatching(/^arn:aws:/) as string,
      account: 'account 111122223333, region us-west-2',
    });
  });

  it('reports credentials that STS refuses', async () => {
    cloud.emulator.faults.add({
      cloud: 'aws',
      kind: 'error',
      operation: 'GetCallerIdentity',
      times: 10,
      status: 403,
      code: 'InvalidClientTokenId',
    });
    await expect(diagnosis.identity(still())).rejects.toThrow(/InvalidClientTokenId/);
  });

  it('tries all rights and changes nothing', async () => {
    const before = JSON.stringify(cloud.state);
    const rights = await diagnosis.rights(still());
    expect(rights.filter(({ state }) => state !== 'granted')).toEqual([]);
    expect(rights.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['fsx:CreateFileSystem', 'fsx:TagResource', 'ec2:DescribeSubnets']),
    );
    expect(JSON.stringify(cloud.state)).toBe(before);
  });

  it.each(['CreateBackup', 'CreateFileSystem', 'UpdateFileSystem', 'TagResource'])(
    'finds that %s is denied',
    async (operation) => {
      deny(operation);
      const rights = await diagnosis.rights(still());
      const denied = rights.filter(({ state }) => state === 'denied');
      expect(denied).toEqual([
        {
          name: `fsx:${operation}`,
          state: 'denied',
          detail: expect.stringContaining('not authorized') as string,
        },
      ]);
    },
  );

  it('does not take an outage for a right, nor for its absence', async () => {
    cloud.emulator.faults.add({
      cloud: 'aws',
      kind: 'error',
      operation: 'DescribeBackups',
      times: 10,
      status: 503,
    });
    const rights = await diagnosis.rights(still());
    expect(rights.find(({ name }) => name === 'fsx:DescribeBackups')?.state).toBe('unknown');
  });

  it('counts the file systems of each quota', async () => {
    const driver = await cloud.driver();
    await driver.create(request('pvc-1'));
    expect(await diagnosis.quotas(still())).toEqual([
      { name: 'Lustre Scratch file systems', used: 0, limit: 100 },
      { name: 'Lustre Persistent_1 file systems', used: 0, limit: 100 },
      { name: 'Lustre Persistent_2 file systems', used: 1, limit: 100 },
    ]);
  });

  it('reads subnets and the default group of the VPC', async () => {
    expect(await networkOf()).toEqual({
      subnets: [{ id: 'subnet-0aaaaaaaaaaaaaaa1', free: expect.any(Number) as number, needed: 2 }],
      groups: ['sg-0aaaaaaaaaaaaaaa1'],
      defects: [],
    });
  });

  it('finds a full subnet', async () => {
    answer(
      'DescribeSubnets',
      '<subnetSet><item><subnetId>subnet-0aaaaaaaaaaaaaaa1</subnetId><vpcId>vpc-1</vpcId><availableIpAddressCount>1</availableIpAddressCount></item></subnetSet>',
    );
    expect((await networkOf())?.subnets).toEqual([{ id: 'subnet-0aaaaaaaaaaaaaaa1', free: 1, needed: 2 }]);
  });

  it('finds a group that allows only a part of the ports', async () => {
    const range = '<ipRanges><item><cidrIp>10.0.0.0/8</cidrIp></item></ipRanges>';
    const tcp = (from: number, to: number): string =>
      `<item><ipProtocol>tcp</ipProtocol><fromPort>${from}</fromPort><toPort>${to}</toPort>${range}</item>`;
    const all = `<item><ipProtocol>-1</ipProtocol>${range}</item>`;
    answer(
      'DescribeSecurityGroups',
      `<securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions>${tcp(988, 988)}${tcp(1019, 1021)}</ipPermissions><ipPermissionsEgress>${all}</ipPermissionsEgress></item></securityGroupInfo>`,
    );
    expect((await networkOf({ securityGroupIds: 'sg-0aaaaaaaaaaaaaaa1' }))?.defects).toEqual([
      {
        subject: 'sg-1',
        cause: 'no inbound rule allows TCP 1018, 1022, 1023: clients cannot reach the servers',
        nextStep: expect.stringContaining('988 and 1018-1023 from the group itself') as string,
      },
    ]);
  });

  it('reports a subnet and a group that do not exist', async () => {
    await expect(networkOf({ subnetId: 'subnet-0123456789abcdef0' })).rejects.toThrow(
      /EC2 does not know subnet-0123456789abcdef0/,
    );
    await expect(networkOf({ securityGroupIds: 'sg-0123456789abcdef0' })).rejects.toThrow(
      /one of the security groups sg-0123456789abcdef0/,
    );
  });

  it('reaches the endpoints and compares the clock', async () => {
    const endpoints = await diagnosis.endpoints(still());
    expect(endpoints.map(({ name, error }) => [name, error])).toEqual([
      ['FSx', undefined],
      ['EC2', undefined],
      ['STS', undefined],
    ]);
    expect(endpoints.every(({ aheadSeconds = NaN }) => Math.abs(aheadSeconds) < 30)).toBe(true);
  });
});
