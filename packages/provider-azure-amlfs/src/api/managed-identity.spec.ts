// All requests for tokens of managed identities are in this file: the identity SDK keeps one connection to the instance
// metadata service for a process, and the tokens of each identity.
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseAzureConfig } from '../parameters/azure-config.js';
import { createCredential } from './create-credential.js';
import { authorityOf } from './credentials.js';
import { EmulatedAzure, neverAborted, until } from '../testing/emulated-azure.js';
import { limits } from '../testing/limits.js';
import { callOf, dynamicParameters, requestOf, settingsOf } from '../testing/samples.js';

/** The managed identities of the emulated machine. */
const system = { clientId: '00000000-0000-4000-8000-0000000000d1' };
const user = {
  clientId: '00000000-0000-4000-8000-0000000000d2',
  resourceId:
    '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lustre-rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/lustre-controller',
};
/** Another, since a process keeps the tokens of each. */
const other = { clientId: '00000000-0000-4000-8000-0000000000d3' };
/** azure.json as AKS writes it. */
const managed = { aadClientId: 'msi', aadClientSecret: 'msi', useManagedIdentityExtension: true };

/** Identity whose first token request is never answered. */
const silentOne = { clientId: '00000000-0000-4000-8000-0000000000d4' };
const scope = 'lustre-rg';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await EmulatedAzure.start({ durations: { createSeconds: 0.02, deleteSeconds: 0.02 } });
});
beforeEach(() => {
  vi.stubEnv('AZURE_POD_IDENTITY_AUTHORITY_HOST', azure.emulator.awsUrl);
  azure.emulator.journal.clear();
});
afterEach(() => {
  azure.emulator.faults.clear();
  vi.unstubAllEnvs();
});
afterAll(() => azure.stop());

describe('a managed identity', () => {
  // The first one of the process: its client is that of all later ones.
  it('leaves no connection open that is not answered', async () => {
    const timeouts: number[] = [];
    const real = createDefaultHttpClient();
    const httpClient: HttpClient = {
      sendRequest: (request) => {
        timeouts.push(request.timeout);
        return real.sendRequest(request);
      },
    };
    const config = parseAzureConfig(JSON.stringify({ subscriptionId: 's' }), 'azure.json');
    const identity = { kind: 'managed', clientId: 'nobody' } as const;
    const pipeline = { httpClient, retryOptions: { maxRetries: 0 } };
    const credential = createCredential(identity, authorityOf(config, settingsOf()), pipeline);
    await expect(credential.getToken('https://management.azure.com/.default')).rejects.toThrow();
    expect(new Set(timeouts)).toEqual(new Set([30_000]));
  });

  it.each([
    ['system-assigned', {}, {}, system],
    ['user-assigned', { userAssignedIdentityID: user.clientId }, {}, user],
    ['user-assigned, by its resource', { userAssignedIdentityID: user.resourceId }, {}, user],
    ['user-assigned, by AZURE_CLIENT_ID', {}, { AZURE_CLIENT_ID: other.clientId }, other],
  ])('makes a volume with a managed identity: %s', async (name, fields, environment, identity) => {
    const volumes = await azure.replica({ ...managed, ...fields }, environment);
    const request = requestOf(dynamicParameters, { name: `pvc-${name}` });
    const { id } = await volumes.create(request, callOf(10_000));
    await volumes.delete(id, callOf(10_000));
    const entries = azure.emulator.journal.entries();
    const asked = entries.filter(({ operation }) => operation === 'identity.token');
    expect(asked.map(({ resource, status }) => [resource, status])).toEqual([[identity.clientId, 200]]);
    expect(entries.filter(({ service }) => service === 'entra')).toEqual([]);
  });

  it('says what is wrong where the machine does not have that identity', async () => {
    const provider = await azure.controller({ ...managed, userAssignedIdentityID: 'somebody-else' });
    await expect(provider.list(scope, neverAborted)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/Identity not found.*check the identity in azure\.json/) as string,
    });
  });

  it('that is not answered ends after 30 s, and is sent again', async () => {
    const clock = limits();
    const fields = { ...managed, userAssignedIdentityID: silentOne.clientId };
    const provider = await azure.controller(fields, {}, {}, clock);
    azure.emulator.faults.add({ kind: 'hang', cloud: 'azure', operation: 'identity.token' });
    const waiting = provider.list(scope, neverAborted).catch((error: unknown) => error);
    await until(
      async () => azure.emulator.faults.list(),
      (faults) => faults.length === 0,
    );
    clock.passed(30_000);
    const failure = (await waiting) as Error;
    expect(failure).toMatchObject({ kind: 'unavailable' });
    expect(failure.message).toMatch(/the instance metadata service http:\S+ for a token of .* identity/);
    expect(failure.message).toMatch(/was not answered within 30 s; let the controller reach that service/);
    await provider.list(scope, neverAborted);
    const asked = azure.emulator.journal.entries().filter(({ operation }) => operation === 'identity.token');
    expect(asked).toHaveLength(2);
  });
});
