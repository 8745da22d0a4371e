import { createPrivateKey, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ociSeed } from '../seed.js';
import { OciServer, userKey, type OciAnswer } from '../testing/oci-server.js';

let oci: OciServer;
beforeEach(() => {
  oci = new OciServer();
});
afterEach(() => oci.stop());

const domains = `/20160918/availabilityDomains?compartmentId=${ociSeed.tenancyId}`;
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

const lists = (key = userKey): Promise<OciAnswer> => oci.send({ path: domains, key });

describe('the signature', () => {
  it('lets the user in', async () => {
    const { status, headers } = await lists();
    expect(status).toBe(200);
    expect(headers['opc-request-id']).toMatch(/^[0-9A-F]{32}(?:\/[0-9A-F]{32}){2}$/);
  });

  it.each<[string, (headers: Record<string, string>) => void]>([
    ['none', (headers) => delete headers['authorization']],
    ['another date', (headers) => (headers['date'] = 'Thu, 01 Jan 1970 00:00:00 GMT')],
    ['another host', (headers) => (headers['host'] = 'other.test')],
    [
      'another user',
      (headers) => (headers['authorization'] = headers['authorization']?.replace('user', 'usr') ?? ''),
    ],
    [
      'an unsigned host',
      (headers) => (headers['authorization'] = headers['authorization']?.replace(' host', '') ?? ''),
    ],
  ])('refuses %s', async (_, tamper) => {
    const { status, body } = await oci.send({ path: domains, tamper });
    expect([status, body['code']]).toEqual([401, 'NotAuthenticated']);
  });

  it('refuses a body that does not fit its digest', async () => {
    const path = '/20250228/lustreFileSystems';
    const tamper = (headers: Record<string, string>): void => {
      headers['x-content-sha256'] = createHash('sha256').update('other').digest('base64');
    };
    const { body } = await oci.send({ method: 'POST', path, body: {}, tamper });
    expect(body['message']).toContain('x-content-sha256');
  });

  it('refuses the key of another pair', async () => {
    expect((await lists({ ...userKey, privateKey: pair.privateKey })).status).toBe(401);
  });
});

const metadata = (path: string, authorization = 'Bearer Oracle'): Promise<OciAnswer> =>
  oci.sendPlain({ method: 'GET', path: `/opc/v2/${path}`, headers: { authorization } });

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string;
const bare = (text: string): string => text.replace(/-----[A-Z ]+-----|\s/g, '');

/** A token of the instance, requested as the SDKs do: without the host in the signature. */
async function instanceToken(keyId?: string): Promise<OciAnswer> {
  const [cert, key] = await Promise.all(
    ['identity/cert.pem', 'identity/key.pem'].map(async (path) =>
      String((await metadata(path)).body['text']),
    ),
  );
  const text = JSON.stringify({
    certificate: bare(cert ?? ''),
    publicKey: bare(pem(pair.publicKey)),
    intermediateCertificates: [],
  });
  const signed = {
    date: new Date(oci.world.now()).toUTCString(),
    'content-length': String(text.length),
    'content-type': 'application/json',
    'x-content-sha256': createHash('sha256').update(text).digest('base64'),
  };
  const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}`);
  const all = Buffer.from(['(request-target): post /v1/x509', ...lines].join('\n'));
  const own = `${ociSeed.tenancyId}/fed-x509-sha256/${new X509Certificate(cert ?? '').fingerprint256}`;
  const headers = {
    ...signed,
    authorization:
      `Signature version="1",keyId="${keyId ?? own}",algorithm="rsa-sha256",` +
      `headers="(request-target) ${Object.keys(signed).join(' ')}",` +
      `signature="${sign('sha256', all, createPrivateKey(key ?? '')).toString('base64')}"`,
  };
  return oci.sendPlain({ method: 'POST', path: '/v1/x509', headers, text });
}

describe('the instance', () => {
  it('has metadata for its own programs only', async () => {
    expect((await metadata('instance/regionInfo')).body).toMatchObject({ regionIdentifier: 'us-phoenix-1' });
    expect((await metadata('instance/regionInfo', 'Bearer x')).status).toBe(404);
    expect((await metadata('instance/none')).status).toBe(404);
  });

  it('gets a token that lets its session key in until it expires', async () => {
    const { body } = await instanceToken();
    const session = { keyId: `ST$${String(body['token'])}`, privateKey: pair.privateKey };
    expect((await lists(session)).status).toBe(200);
    oci.world.pass(1201);
    expect((await lists(session)).status).toBe(401);
  });

  it('gets none with another key id', async () => {
    expect((await instanceToken('ocid1.tenancy.oc1..x/fed-x509-sha256/AA')).status).toBe(401);
  });
});

describe('a pod of OKE', () => {
  const tokenFor = (claims: object, podKey: unknown = pem(pair.publicKey)): Promise<OciAnswer> => {
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return oci.sendPlain({
      method: 'POST',
      path: '/resourcePrincipalSessionTokens',
      headers: { authorization: `Bearer x.${payload}.y`, 'content-type': 'application/json' },
      text: JSON.stringify({ podKey }),
    });
  };
  const claims = { sub: 'system:serviceaccount:kube-system:lustre', exp: Date.now() / 1000 + 3600 };

  it('gets a token for its service account', async () => {
    const { status, body } = await tokenFor(claims);
    expect(status).toBe(200);
    const encoded = JSON.parse(String(body['text'])) as string;
    const { token } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { token: string };
    expect((await lists({ keyId: token, privateKey: pair.privateKey })).status).toBe(200);
  });

  it.each([
    ['an expired service account token', { ...claims, exp: 1 }, undefined, 401],
    ['the token of a user', { ...claims, sub: 'user' }, undefined, 401],
    ['no key', claims, 'none', 400],
  ])('gets none with %s', async (_, given, podKey, status) => {
    expect((await tokenFor(given, podKey)).status).toBe(status);
  });
});
