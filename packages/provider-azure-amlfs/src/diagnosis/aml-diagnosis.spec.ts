import type { CloudDiagnosis } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedAzure, neverAborted } from '../testing/emulated-azure.js';
import { dynamicParameters, requestOf } from '../testing/samples.js';
import { grantedActions } from './granted-actions.js';
import { ruleDefects } from './security-rules.js';

let azure: EmulatedAzure;
let diagnosis: CloudDiagnosis;

beforeAll(async () => {
  azure = await EmulatedAzure.start({});
  diagnosis = await azure.diagnosis();
});
afterEach(() => azure.emulator.faults.clear());
afterAll(() => azure.stop());

const SUBNET =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lustre-rg/providers/Microsoft.Network/virtualNetworks/lustre-vnet/subnets/lustre-subnet';

const answer = (operation: string, body: object): void =>
  azure.emulator.faults.add({ cloud: 'azure', kind: 'answer', operation, body: JSON.stringify(body) });

const networkOf = async (parameters: Record<string, string> = {}): ReturnType<CloudDiagnosis['network']> => {
  const provider = await azure.controller();
  return diagnosis.network(
    await provider.plan(requestOf({ ...dynamicParameters, ...parameters })),
    neverAborted,
  );
};

describe('the diagnosis of Azure', () => {
  it('names the identity', async () => {
    expect(await diagnosis.identity(neverAborted)).toEqual({
      name: 'the application 00000000-0000-4000-8000-0000000000c1, object 00000000-0000-4000-8000-0000000000c1',
      account: 'subscription 00000000-0000-4000-8000-000000000001',
    });
  });

  it('reports a token that Azure refuses', async () => {
    azure.emulator.faults.add({
      cloud: 'azure',
      kind: 'error',
      operation: 'skus.list',
      times: 9,
      status: 401,
      code: 'InvalidAuthenticationToken',
    });
    await expect(diagnosis.identity(neverAborted)).rejects.toThrow(
      /refuses the token.*InvalidAuthenticationToken/s,
    );
  });

  it('compares the needed actions with those of the roles', async () => {
    expect((await diagnosis.rights(neverAborted)).filter(({ state }) => state !== 'granted')).toEqual([]);
    answer('permissions.list', {
      value: [
        {
          actions: ['Microsoft.StorageCache/*', 'Microsoft.Network/*/read'],
          notActions: ['Microsoft.StorageCache/amlFilesystems/delete'],
        },
      ],
    });
    const denied = (await diagnosis.rights(neverAborted)).filter(({ state }) => state === 'denied');
    expect(denied.map(({ name }) => name)).toEqual([
      'Microsoft.Authorization/permissions/read',
      'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
      'Microsoft.ManagedIdentity/userAssignedIdentities/read',
      'Microsoft.Network/virtualNetworks/subnets/join/action',
      'Microsoft.Resources/tags/write',
      'Microsoft.StorageCache/amlFilesystems/delete',
    ]);
  });

  it('reads the quota', async () => {
    expect(await diagnosis.quotas(neverAborted)).toEqual([
      { name: 'AML file systems in eastus', used: 0, limit: 200 },
    ]);
  });

  it('reads the room of the subnet and its network security group', async () => {
    const network = await networkOf();
    expect(network).toMatchObject({ groups: [expect.stringMatching(/lustre-nsg$/)], defects: [] });
    expect(network?.subnets).toEqual([{ id: SUBNET, free: 65_528, needed: 11 }]);
  });

  it('finds a subnet without room', async () => {
    const [subnet] = (await networkOf({ 'subnet-name': 'lustre-tiny-subnet' }))?.subnets ?? [];
    expect(subnet).toMatchObject({ free: 3, needed: 11 });
  });

  it('finds a rule that denies Lustre', async () => {
    const properties = {
      protocol: 'Tcp',
      sourceAddressPrefix: 'VirtualNetwork',
      destinationPortRanges: ['22', '900-1019'],
      access: 'Deny',
      priority: 200,
      direction: 'Inbound',
    };
    answer('networkSecurityGroups.get', {
      id: '/nsg',
      properties: { securityRules: [{ name: 'no-low-ports', properties }] },
    });
    expect((await networkOf())?.defects).toEqual([
      {
        subject: '/nsg',
        cause: 'its inbound rule no-low-ports denies TCP 988, 1019 in the virtual network',
        nextStep: expect.stringContaining('smaller priority number') as string,
      },
    ]);
  });

  it('reports a subnet that does not exist', async () => {
    await expect(networkOf({ 'subnet-name': 'none' })).rejects.toThrow(/subnets\/none cannot be read/);
  });

  it('reaches the endpoints and compares the clock', async () => {
    const endpoints = await diagnosis.endpoints(neverAborted);
    expect(endpoints.map(({ name, error }) => [name, error])).toEqual([
      ['Azure Resource Manager', undefined],
      ['Entra ID', undefined],
    ]);
    expect(endpoints.every(({ aheadSeconds = NaN }) => Math.abs(aheadSeconds) < 30)).toBe(true);
  });
});

describe('grantedActions', () => {
  it.each<[string, readonly string[], readonly string[], 'granted' | 'denied']>([
    ['all', ['*'], [], 'granted'],
    ['a pattern in another case', ['microsoft.storagecache/AMLFILESYSTEMS/*'], [], 'granted'],
    ['reading alone', ['*/read'], [], 'denied'],
    ['all but this', ['*'], ['Microsoft.StorageCache/*/write'], 'denied'],
    ['nothing', [], [], 'denied'],
  ])('decides about a role that allows %s', (_, actions, notActions, state) => {
    const name = 'Microsoft.StorageCache/amlFilesystems/write';
    expect(grantedActions([name], [{ actions, notActions }])).toMatchObject([{ name, state }]);
  });
});

describe('ruleDefects', () => {
  const rule = (priority: number, access: string, change: object = {}): object => ({
    name: `${access}-${priority}`,
    properties: {
      protocol: '*',
      sourceAddressPrefix: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '*',
      direction: 'Inbound',
      priority,
      access,
      ...change,
    },
  });
  const defects = (...securityRules: readonly object[]): readonly unknown[] =>
    ruleDefects({ properties: { securityRules } });

  it.each<[string, readonly object[], number]>([
    ['the first rule by priority allows', [rule(300, 'Deny'), rule(200, 'Allow')], 0],
    ['the first rule by priority denies', [rule(300, 'Allow'), rule(200, 'Deny')], 1],
    ['a rule for UDP denies', [rule(100, 'Deny', { protocol: 'Udp' })], 0],
    ['a rule for other addresses denies', [rule(100, 'Deny', { sourceAddressPrefix: 'Internet' })], 0],
    ['an outbound rule denies', [rule(100, 'Deny', { direction: 'Outbound' })], 1],
  ])('where %s', (_, rules, count) => {
    expect(defects(...rules)).toHaveLength(count);
  });
});
