import {
  ClientSecretCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { ConfigurationError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { parseAzureConfig, type AzureConfig } from '../parameters/azure-config.js';
import { createCredential } from './create-credential.js';
import { authorityOf, checkIdentity, chooseIdentity, type Identity } from './credentials.js';
import { settingsOf } from '../testing/samples.js';

const configOf = (fields: object): AzureConfig =>
  parseAzureConfig(JSON.stringify({ subscriptionId: 's', ...fields }), 'azure.json');

const principal = { tenantId: 't', aadClientId: 'c', aadClientSecret: 'p' };
const webhook = { AZURE_FEDERATED_TOKEN_FILE: '/token', AZURE_CLIENT_ID: 'w', AZURE_TENANT_ID: 'wt' };
const msi = { aadClientId: 'msi', aadClientSecret: 'msi', useManagedIdentityExtension: true };
const resourceId =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';

describe('chooseIdentity', () => {
  it.each<[string, object, Record<string, string>, Identity]>([
    ['a service principal', principal, {}, { kind: 'secret', tenantId: 't', clientId: 'c', secret: 'p' }],
    [
      'a service principal from the environment',
      {},
      { AZURE_CLIENT_ID: 'e', AZURE_CLIENT_SECRET: 'q', AZURE_TENANT_ID: 'et' },
      { kind: 'secret', tenantId: 'et', clientId: 'e', secret: 'q' },
    ],
    ['a system-assigned identity', msi, {}, { kind: 'managed' }],
    [
      'a user-assigned identity',
      { ...msi, userAssignedIdentityID: 'u' },
      {},
      { kind: 'managed', clientId: 'u' },
    ],
    [
      'a user-assigned identity by its resource',
      { ...msi, userAssignedIdentityID: resourceId },
      {},
      { kind: 'managed', resourceId },
    ],
    [
      'AZURE_CLIENT_ID before azure.json',
      { ...msi, userAssignedIdentityID: 'u' },
      { AZURE_CLIENT_ID: 'e' },
      { kind: 'managed', clientId: 'e' },
    ],
    [
      'a managed identity before a principal',
      { ...principal, useManagedIdentityExtension: true },
      {},
      { kind: 'managed' },
    ],
    [
      'a client secret of the environment, beside a managed identity of azure.json',
      { ...msi, userAssignedIdentityID: 'u', tenantId: 't' },
      { AZURE_CLIENT_ID: 'e', AZURE_CLIENT_SECRET: 'q', AZURE_TENANT_ID: 'et' },
      { kind: 'secret', tenantId: 'et', clientId: 'e', secret: 'q' },
    ],
    [
      'a managed identity where the variables name no secret',
      msi,
      { AZURE_CLIENT_ID: 'e', AZURE_TENANT_ID: 'et' },
      { kind: 'managed', clientId: 'e' },
    ],
    [
      'what the AKS webhook sets, before all',
      { ...principal, ...msi },
      webhook,
      { kind: 'workload', tenantId: 'wt', clientId: 'w', tokenFile: '/token' },
    ],
    [
      'a workload identity of azure.json',
      { ...principal, useFederatedWorkloadIdentityExtension: true, aadFederatedTokenFile: '/file' },
      {},
      { kind: 'workload', tenantId: 't', clientId: 'c', tokenFile: '/file' },
    ],
  ])('takes %s', (_, fields, environment, identity) => {
    expect(chooseIdentity(configOf(fields), settingsOf(environment))).toEqual(identity);
  });

  it.each<[string, object, Record<string, string>, string]>([
    ['nothing', {}, {}, 'azure.json names no identity'],
    ['no identity behind "msi"', { aadClientId: 'msi', aadClientSecret: 'msi' }, {}, 'names no identity'],
    ['no tenant', { aadClientId: 'c', aadClientSecret: 'p' }, {}, 'azure.json has no tenantId'],
    [
      'no token file',
      { ...principal, useFederatedWorkloadIdentityExtension: true },
      {},
      'aadFederatedTokenFile',
    ],
    ['no client', {}, { AZURE_FEDERATED_TOKEN_FILE: '/t', AZURE_TENANT_ID: 't' }, 'no aadClientId'],
  ])('says what to write where there is %s', (_, fields, environment, words) => {
    const failure = (): unknown => chooseIdentity(configOf(fields), settingsOf(environment));
    expect(failure).toThrow(ConfigurationError);
    expect(failure).toThrow(words);
  });
});

describe('checkIdentity', () => {
  const secret = { kind: 'secret', tenantId: 't', clientId: 'c', secret: 'p' } as const;

  it.each([
    ['a tenant', { ...secret, tenantId: 'a/b' }, 'https://login.test', '"a/b" is no tenant: write its id'],
    ['an authority', secret, 'http://login.test', 'the authority "http://login.test" would get secrets'],
  ])('refuses %s that the SDK would refuse', (_, identity, host, words) => {
    const failure = (): void => checkIdentity(identity, host, 'azure.json');
    expect(failure).toThrow(ConfigurationError);
    expect(failure).toThrow(words);
    expect(() => createCredential(identity, host, {})).toThrow();
  });
});

describe('createCredential', () => {
  const authority = authorityOf(configOf({}), settingsOf());

  it.each([
    [ClientSecretCredential, { kind: 'secret', tenantId: 't', clientId: 'c', secret: 'p' }],
    [ManagedIdentityCredential, { kind: 'managed' }],
    [ManagedIdentityCredential, { kind: 'managed', clientId: 'c' }],
    [ManagedIdentityCredential, { kind: 'managed', resourceId }],
    [WorkloadIdentityCredential, { kind: 'workload', tenantId: 't', clientId: 'c', tokenFile: '/t' }],
  ] as const)('makes a %o', (type, identity) => {
    expect(createCredential(identity, authority, {})).toBeInstanceOf(type);
  });

  it('whose connections do not stay open without an answer', async () => {
    const identity = { kind: 'secret', tenantId: 't', clientId: 'c', secret: 'p' } as const;
    const timeouts: number[] = [];
    const httpClient: HttpClient = {
      sendRequest: async (request) => {
        timeouts.push(request.timeout);
        throw new Error('out of order');
      },
    };
    const pipeline = { httpClient, retryOptions: { maxRetries: 0 } };
    const credential = createCredential(identity, authority, pipeline);
    await expect(credential.getToken('https://management.azure.com/.default')).rejects.toThrow();
    expect(new Set(timeouts)).toEqual(new Set([30_000]));
  });
});
