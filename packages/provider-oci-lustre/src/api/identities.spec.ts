import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedOci } from '../testing/emulated-oci.js';
import { fastClock, neverAborted, seed } from '../testing/samples.js';
import { SessionCredentials, sessionKey, type Credentials, type SessionKey } from './credentials.js';
import { httpExchange, type HttpExchange } from './http-exchange.js';
import { InstanceMetadata } from './instance-metadata.js';
import { openInstanceSession } from './instance-principal.js';
import { OciApi } from './oci-api.js';
import { ociOperations } from './oci-operations.js';
import { OciSite } from './oci-site.js';
import { openWorkloadSession } from './workload-identity.js';

const directory = mkdtempSync(join(tmpdir(), 'oci-identities-'));
const tokenFile = join(directory, 'token');
let oci: EmulatedOci;
let send: HttpExchange;
let url: string;
beforeAll(async () => {
  oci = await EmulatedOci.start();
  send = httpExchange({ ca: oci.emulator.certificateAuthority });
  url = oci.emulator.azureUrl;
});
afterAll(async () => {
  await oci.stop();
  rmSync(directory, { recursive: true });
});
afterEach(() => {
  oci.emulator.faults.clear();
  oci.emulator.journal.clear();
});

const metadata = (): InstanceMetadata => new InstanceMetadata(send, `${oci.emulator.controlUrl}/opc/v2`);

const instance = (): Promise<SessionKey> =>
  openInstanceSession({ send, metadata: metadata(), authUrl: async () => url });

const workload = (): Promise<SessionKey> => openWorkloadSession({ send, url, tokenFile });

function writeToken(seconds = 3600): void {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const claims = Buffer.from(JSON.stringify({ sub: 'system:serviceaccount:kube-system:c', exp }));
  writeFileSync(tokenFile, `x.${claims.toString('base64url')}.y\n`);
}

const apiWith = (credentials: Credentials): OciApi =>
  new OciApi({
    ...{ send, credentials, userAgent: 'spec', clock: fastClock },
    endpoint: async () => new URL(url),
  });

const lists = (api: OciApi): Promise<readonly unknown[]> =>
  api.all(ociOperations.listFileSystems, { query: { compartmentId: seed.compartmentId } }, neverAborted);

describe('identities', () => {
  it.each([
    ['an instance', instance],
    ['a pod', workload],
  ])('%s gets one token for all calls', async (_, open) => {
    writeToken();
    const api = apiWith(new SessionCredentials(open));
    await Promise.all([lists(api), lists(api)]);
    await lists(api);
    const tokens = oci.calls.filter((call) => /Token$/.test(call));
    expect(tokens).toHaveLength(1);
    expect(oci.count('ListLustreFileSystems')).toBe(3);
  });

  it('opens another session where OCI refuses the first one before its time', async () => {
    let opened = 0;
    const open = async (): Promise<SessionKey> => {
      opened += 1;
      const session = await instance();
      return opened === 1 ? { ...session, keyId: 'ST$over' } : session;
    };
    expect(await lists(apiWith(new SessionCredentials(open)))).toEqual([]);
    expect(opened).toBe(2);
  });

  it('reads where the instance is, once', async () => {
    const facts = metadata();
    expect(await facts.facts()).toEqual(await facts.facts());
    expect(await facts.facts()).toEqual({
      ...{ region: 'us-phoenix-1', realmDomain: 'oraclecloud.com', compartmentId: seed.compartmentId },
    });
    expect(oci.count('GetMetadata')).toBe(1);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'no metadata service',
      () => new InstanceMetadata(send, 'http://127.0.0.1:1').facts(),
      /instance metadata.*cannot be reached.*set --oci-auth, --oci-region/,
    ],
    ['no service account', () => openWorkloadSession({ send, url, tokenFile: '/nowhere' }), /cannot be read/],
    [
      'no token service',
      () => openWorkloadSession({ send, url: 'https://127.0.0.1:1', tokenFile }),
      /reached/,
    ],
  ])('say what is missing: %s', async (_, work, words) => {
    writeToken();
    await expect(work()).rejects.toThrow(words);
  });

  it('say why the token service refuses', async () => {
    writeToken(-1);
    await expect(workload()).rejects.toThrow(/answered 401.*enhanced OKE cluster and a policy/);
    oci.emulator.faults.add({ kind: 'error', cloud: 'oci', operation: 'GetFederationToken', status: 403 });
    await expect(instance()).rejects.toThrow(/answered 403.*dynamic group/);
  });
});

describe('SessionCredentials', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  let now = 0;
  /** A session of 100 seconds that begins now. */
  const session = (name: string): SessionKey => ({
    ...{ keyId: name, privateKey, issuedAt: now, expiresAt: now + 100_000 },
  });

  it('renews at half of the time, and keeps the old key while a renewal fails', async () => {
    now = 0;
    let opens: () => Promise<SessionKey> = async () => session('first');
    const credentials = new SessionCredentials(
      () => opens(),
      () => now,
    );
    expect((await credentials.key()).keyId).toBe('first');
    opens = () => Promise.reject(new Error('down'));
    now = 49_000;
    expect((await credentials.key()).keyId).toBe('first');
    now = 60_000;
    expect((await credentials.key()).keyId).toBe('first');
    now = 71_000;
    await expect(credentials.key()).rejects.toThrow('down');
    opens = async () => session('second');
    expect((await credentials.key()).keyId).toBe('second');
  });

  it.each(['x', 'x.y.z', `x.${Buffer.from('{}').toString('base64url')}.z`])('takes no token %s', (token) => {
    expect(() => sessionKey(token, privateKey, 0)).toThrow('no JWT');
  });
});

describe('OciSite', () => {
  const facts = { region: 'us-phoenix-1', realmDomain: 'oraclegovcloud.com', compartmentId: 'c' };
  const nothing = {
    ...{ region: undefined, realmDomain: undefined, compartmentIds: [] },
    ...{ lustreEndpoint: undefined, identityEndpoint: undefined },
  };
  const never = (): Promise<never> => Promise.reject(new Error('asked'));

  it('is the place of the instance', async () => {
    const site = new OciSite(nothing, async () => facts);
    expect((await site.endpoint('lustre')).href).toBe(
      'https://lustre-file-storage.us-phoenix-1.oci.oraclegovcloud.com/',
    );
    expect(await site.authUrl()).toBe('https://auth.us-phoenix-1.oraclegovcloud.com');
    expect(await site.compartmentId()).toBe('c');
  });

  it('is that of the settings, without a question', async () => {
    const site = new OciSite({ ...nothing, region: 'eu-frankfurt-1', compartmentIds: ['d'] }, never);
    expect((await site.endpoint('identity')).href).toBe(
      'https://identity.eu-frankfurt-1.oci.oraclecloud.com/',
    );
    expect(await site.compartmentId()).toBe('d');
  });
});
