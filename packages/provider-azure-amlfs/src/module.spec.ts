import { execFileSync } from 'node:child_process';
import { ConfigurationError } from '@lustre-csi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VolumeOperations } from '@lustre-csi/core/server';
import { azureAmlfs } from './index.js';
import { EmulatedAzure, neverAborted } from './testing/emulated-azure.js';
import { callOf, dynamicParameters, requestOf, settingsOf, silent } from './testing/samples.js';

const context = {
  driverName: 'azurelustre.csi.azure.com',
  driverVersion: '0.1.0',
  clusterId: '',
  log: silent,
};
const scope = 'lustre-rg';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await EmulatedAzure.start({ durations: { createSeconds: 0.02, deleteSeconds: 0.02 } });
});
afterAll(() => azure.stop());

/** Token of a Kubernetes service account; the emulated Entra ID trusts every issuer. */
function serviceAccountToken(seconds = 3600): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + seconds;
  return [
    part({ alg: 'RS256' }),
    part({ exp, sub: 'system:serviceaccount:kube-system:c' }),
    'signature',
  ].join('.');
}

describe('the controller', () => {
  it('gets its token with the client secret of azure.json', async () => {
    azure.emulator.journal.clear();
    const provider = await azure.controller();
    expect(await provider.list(scope, neverAborted)).toEqual([]);
    await provider.list(scope, neverAborted);
    const operations = azure.emulator.journal.entries().map(({ operation }) => operation);
    expect(operations.filter((operation) => operation === 'token')).toHaveLength(1);
    expect(operations).not.toContain('instanceDiscovery');
  });

  it.each([
    ['the client secret of azure.json', async () => ({})],
    [
      'a workload identity',
      async () => ({
        AZURE_FEDERATED_TOKEN_FILE: await azure.write('token', serviceAccountToken()),
        AZURE_CLIENT_ID: '00000000-0000-4000-8000-0000000000c1',
      }),
    ],
  ])('makes a volume with %s', async (_, environment) => {
    const volumes = await azure.replica({}, await environment());
    azure.emulator.journal.clear();
    const { id } = await volumes.create(requestOf(dynamicParameters, { name: 'pvc-1' }), callOf(10_000));
    await volumes.delete(id, callOf(10_000));
    const tokens = azure.emulator.journal.entries().filter(({ operation }) => operation === 'token');
    expect(tokens.map(({ service, status }) => [service, status])).toEqual([['entra', 200]]);
  });

  it('knows nothing with a workload identity whose token is too old, and says so', async () => {
    const AZURE_FEDERATED_TOKEN_FILE = await azure.write('token', serviceAccountToken(-1));
    const AZURE_CLIENT_ID = '00000000-0000-4000-8000-0000000000c1';
    const provider = await azure.controller({}, { AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID });
    await expect(provider.list(scope, neverAborted)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/AADSTS700024.*check the identity in azure\.json/) as string,
    });
  });

  it('knows nothing where it gets no token, and says where to look', async () => {
    const provider = await azure.controller({ aadClientSecret: 'wrong' });
    await expect(provider.list(scope, neverAborted)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/AADSTS7000215.*check the identity in azure\.json/) as string,
    });
  });

  it('lists the whole subscription, for any group in azure.json', async () => {
    const subscription = '/subscriptions/00000000-0000-4000-8000-000000000001';
    expect((await azure.controller({ resourceGroup: undefined })).listingScopes()).toEqual([subscription]);
    expect((await azure.controller({ resourceGroup: 'MC_Group' })).listingScopes()).toEqual([subscription]);
  });

  it.each<[string, object, string]>([
    ['no subscription', { subscriptionId: '' }, 'changed.json has no subscriptionId'],
    ['no identity', { aadClientSecret: '' }, 'changed.json names no identity'],
    ['an ARM over http', { resourceManagerEndpoint: 'http://127.0.0.1' }, 'resourceManagerEndpoint'],
  ])('names the setting in one line: %s', async (_, changes, words) => {
    const failure = await azure.controller(changes).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect((failure as Error).message).toContain(words);
    expect((failure as Error).message).not.toContain('\n');
  });

  describe('without an azure.json', () => {
    const settings = settingsOf({ AZURE_CONFIG_FILE: '/nowhere/azure.json' });
    const reason = /cannot read the Azure configuration \/nowhere\/azure\.json.*AZURE_CONFIG_FILE/;
    const unavailable = expect.objectContaining({
      kind: 'unavailable',
      message: expect.stringMatching(reason) as string,
    }) as Error;
    const volumes = async (): Promise<VolumeOperations> =>
      new VolumeOperations(await azureAmlfs.controller(settings, context), silent);

    it('serves static classes and static volumes', async () => {
      const operations = await volumes();
      const { id } = await operations.create(requestOf({ 'mgs-ip-address': '10.1.0.4' }), callOf(5_000));
      expect(id).toMatch(/#lustrefs#10\.1\.0\.4##f#$/);
      expect((await operations.get(id, callOf(5_000))).volume.id).toBe(id);
      await operations.delete(id, callOf(5_000));
    });

    it.each<[string, (operations: VolumeOperations) => Promise<unknown>]>([
      ['a creation', (operations) => operations.create(requestOf(dynamicParameters), callOf(5_000))],
      ['a deletion', (operations) => operations.delete('pvc-1#lustrefs#10.1.0.4##t#group', callOf(5_000))],
      ['a deletion without a group', (operations) => operations.delete('pvc-1####t#', callOf(5_000))],
      ['a listing', (operations) => operations.list({ maxEntries: 0, startingToken: '' }, callOf(5_000))],
    ])('fails %s with the reason, and not for good', async (_, call) => {
      await expect(call(await volumes())).rejects.toThrow(unavailable);
    });
  });
});

describe('azureAmlfs', () => {
  it('loads the SDK with the first call of a controller', async () => {
    // The SDK is CommonJS or loads such modules: what is loaded of it stands in the cache of require.
    const script = `
      import { createRequire } from 'node:module';
      const { azureAmlfs } = await import(process.argv[1]);
      const loaded = () =>
        Object.keys(createRequire(process.argv[1]).cache).filter((path) => path.includes('@azure')).length;
      const settings = { flag: () => undefined, environment: (name) => (name === 'AZURE_CONFIG_FILE' ? process.argv[2] : undefined) };
      azureAmlfs.node(settings);
      const onNode = loaded();
      const controller = await azureAmlfs.controller(settings, { log: console });
      const onController = loaded();
      await controller.list('lustre-rg', AbortSignal.abort()).catch(() => {});
      console.log(JSON.stringify({ onNode, onController, onCall: loaded() > 0 }));`;
    const entry = new URL('../dist/index.js', import.meta.url).href;
    const file = await azure.write(
      'managed.json',
      '{"subscriptionId":"s","useManagedIdentityExtension":true}',
    );
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script, entry, file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(JSON.parse(printed)).toEqual({ onNode: 0, onController: 0, onCall: true });
  });

  it('describes itself to users', async () => {
    expect(azureAmlfs.expandable).toBe(true);
    expect(azureAmlfs.title).toBe('Azure Managed Lustre');
    expect(azureAmlfs.flags.map(({ name, environment }) => [name, environment])).toEqual([
      ['azure-config-file', 'AZURE_CONFIG_FILE'],
      ['topology-zone', undefined],
    ]);
    for (const [name, { example, read }] of Object.entries((await azureAmlfs.parameters()).parameters)) {
      expect(() => read(example), name).not.toThrow();
    }
  });
});
