import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAzureConfig, readAzureConfig } from './azure-config.js';
import { isWellKnownAuthority } from './clouds.js';
import { settingsOf } from '../testing/samples.js';

const parsed = (fields: object): ReturnType<typeof parseAzureConfig> =>
  parseAzureConfig(JSON.stringify({ subscriptionId: 's', ...fields }), 'azure.json');

describe('parseAzureConfig', () => {
  it('reads what AKS writes, and ignores what this driver has no use for', () => {
    const config = parsed({
      cloud: 'AzurePublicCloud',
      tenantId: 't',
      networkResourceSubscriptionID: 'n',
      resourceGroup: 'MC_group',
      location: 'eastus',
      vnetName: 'v',
      vnetResourceGroup: '',
      subnetName: null,
      aadClientId: 'msi',
      aadClientSecret: 'msi',
      useManagedIdentityExtension: true,
      userAssignedIdentityID: 'u',
      loadBalancerSku: 'standard',
      cloudProviderBackoff: true,
      maximumLoadBalancerRuleCount: 250,
    });
    expect(config).toEqual({
      file: 'azure.json',
      subscriptionId: 's',
      networkSubscriptionId: 'n',
      tenantId: 't',
      resourceGroup: 'MC_group',
      location: 'eastus',
      vnetName: 'v',
      aadClientId: 'msi',
      aadClientSecret: 'msi',
      useManagedIdentityExtension: true,
      userAssignedIdentityID: 'u',
      cloud: {
        resourceManager: 'https://management.azure.com',
        scope: 'https://management.azure.com/.default',
        authority: 'https://login.microsoftonline.com',
      },
    });
  });

  it('reads field names in any case and booleans in words', () => {
    const config = parsed({ TenantID: 't', useManagedIdentityExtension: 'true' });
    expect(config).toMatchObject({ tenantId: 't', useManagedIdentityExtension: true });
  });

  it.each([
    [
      'with a byte order mark',
      '\uFEFF{"subscriptionId":"s","tenantId":"t","useManagedIdentityExtension":true}',
    ],
    ['as YAML', '# written by a tool\nsubscriptionId: s\ntenantId: "t"\nuseManagedIdentityExtension: true\n'],
    [
      'as YAML with a byte order mark',
      '\uFEFFsubscriptionId: s\ntenantId: t\nuseManagedIdentityExtension: "true"',
    ],
  ])('reads a file %s', (_, content) => {
    expect(parseAzureConfig(content, 'azure.json')).toMatchObject({
      subscriptionId: 's',
      tenantId: 't',
      useManagedIdentityExtension: true,
    });
  });

  it('takes its own subscription for the network where no other is named', () => {
    expect(parsed({}).networkSubscriptionId).toBe('s');
  });

  it.each<[object, string, string]>([
    [{}, 'https://management.azure.com', 'https://management.azure.com/.default'],
    [{ cloud: 'azurecloud' }, 'https://management.azure.com', 'https://management.azure.com/.default'],
    [
      { cloud: 'AzureUSGovernmentCloud' },
      'https://management.usgovcloudapi.net',
      'https://management.usgovcloudapi.net/.default',
    ],
    [
      { cloud: 'AZURECHINACLOUD' },
      'https://management.chinacloudapi.cn',
      'https://management.chinacloudapi.cn/.default',
    ],
    [
      { resourceManagerEndpoint: 'https://arm.example:8443//' },
      'https://arm.example:8443',
      'https://management.azure.com/.default',
    ],
    [
      { cloud: 'AzureStackCloud', resourceManagerEndpoint: 'https://management.local.azurestack.external/' },
      'https://management.local.azurestack.external',
      'https://management.local.azurestack.external/.default',
    ],
  ])('finds the cloud of %j', (fields, resourceManager, scope) => {
    expect(parsed(fields).cloud).toMatchObject({ resourceManager, scope });
  });

  it.each<[string, string, string]>([
    ['no JSON', '{', 'azure.json is not JSON'],
    ['no YAML', 'subscriptionId: [', 'azure.json is not JSON'],
    ['YAML of another kind', 'subscriptionId', 'azure.json is not a JSON object'],
    ['no object', '[]', 'azure.json is not a JSON object'],
    ['null', 'null', 'azure.json is not a JSON object'],
    ['no subscription', '{}', 'azure.json has no subscriptionId'],
    ['a number', '{"subscriptionId":1}', 'subscriptionId in azure.json must be a string'],
    ['no boolean', '{"useManagedIdentityExtension":"yes"}', 'in azure.json must be true or false'],
    ['an unknown cloud', '{"subscriptionId":"s","cloud":"x"}', 'write one of AzurePublicCloud'],
    ['half a private cloud', '{"subscriptionId":"s","cloud":"AzureStackCloud"}', 'resourceManagerEndpoint'],
    ['http', '{"subscriptionId":"s","resourceManagerEndpoint":"http://x"}', 'write an https:// URL'],
    ['no URL', '{"subscriptionId":"s","resourceManagerEndpoint":"x"}', 'write an https:// URL'],
  ])('says in one line what is wrong with %s', (_, content, words) => {
    const failure = (): unknown => parseAzureConfig(content, 'azure.json');
    expect(failure).toThrow(ConfigurationError);
    expect(failure).toThrow(words);
    expect(failure).toThrow(/^[^\n]*$/);
  });
});

describe('readAzureConfig', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'azure-config-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('reads the file that the flag, or else the environment, names', async () => {
    const file = join(directory, 'azure.json');
    await writeFile(file, '{"subscriptionId":"s"}');
    expect(await readAzureConfig(settingsOf({ AZURE_CONFIG_FILE: file }))).toMatchObject({ file });
    const both = settingsOf({ AZURE_CONFIG_FILE: '/nowhere' }, { 'azure-config-file': file });
    expect(await readAzureConfig(both)).toMatchObject({ subscriptionId: 's' });
  });

  it('names the file that it cannot read and the variable that names it', async () => {
    const failure = readAzureConfig(settingsOf({ AZURE_CONFIG_FILE: directory }));
    await expect(failure).rejects.toThrow(ConfigurationError);
    await expect(failure).rejects.toThrow(/cannot read .*\(EISDIR.*AZURE_CONFIG_FILE/);
  });

  it('reports a file that does not exist, which static volumes do without', async () => {
    const file = join(directory, 'none.json');
    const { missing } = await readAzureConfig(settingsOf({ AZURE_CONFIG_FILE: file }));
    expect(missing).toMatch(/none\.json .*ENOENT.*AZURE_CONFIG_FILE/);
  });
});

describe('isWellKnownAuthority', () => {
  it.each([
    ['https://login.microsoftonline.com', true],
    ['https://login.microsoftonline.com/', true],
    ['login.microsoftonline.us', true],
    ['https://LOGIN.chinacloudapi.cn/', true],
    ['https://127.0.0.1:8443', false],
    ['https://adfs.local.azurestack.external/adfs', false],
    ['https://login.microsoftonline.com.example', false],
  ])('%s: %s', (authority, known) => expect(isWellKnownAuthority(authority)).toBe(known));
});
