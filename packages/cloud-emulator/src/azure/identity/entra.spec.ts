import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { azureSeed } from '../seed.js';
import { AzureServer, fileSystemPath } from '../testing/azure-server.js';

const { tenantId } = azureSeed;
const [{ clientId, clientSecret }] = azureSeed.clients;
const tokenPath = `/${tenantId}/oauth2/v2.0/token`;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const assertion = (claims: object): string => `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`;

describe('Entra ID', () => {
  let azure: AzureServer;

  beforeAll(async () => {
    azure = await AzureServer.start();
  });
  afterAll(() => azure.stop());
  beforeEach(() => {
    azure.world.journal.clear();
    azure.world.faults.clear();
  });

  const ask = (form: Record<string, string>, path = tokenPath): ReturnType<AzureServer['request']> =>
    azure.request('POST', path, {
      body: new URLSearchParams(form).toString(),
      type: 'application/x-www-form-urlencoded',
    });
  const goodForm = (): Record<string, string> => ({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: `${azure.origin}/.default openid profile offline_access`,
  });

  it('gives a real ClientSecretCredential a token that ARM accepts', async () => {
    const token = await azure.token();
    const answer = await azure.request('GET', `${fileSystemPath('none')}?api-version=2023-05-01`, { token });
    expect(answer.status).toBe(404);
    expect(azure.calls('openidConfiguration')).toBe(1);
    expect(azure.calls('token')).toBe(1);
  });

  it('refuses a wrong secret as Entra ID words it', async () => {
    await expect(azure.credential('wrong').getToken(`${azure.origin}/.default`)).rejects.toThrow(
      /invalid_client.*AADSTS7000215: Invalid client secret provided/,
    );
    expect(azure.world.journal.entries().at(-1)).toMatchObject({ status: 401, errorCode: 'AADSTS7000215' });
  });

  it.each([
    ['https://management.azure.com/.default'],
    ['https://management.azure.com//.default'],
    ['https://management.core.windows.net/.default'],
  ])('gives tokens for the scope %s', async (scope) => {
    expect((await ask({ ...goodForm(), scope })).body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3599,
    });
  });

  it.each([
    ['an unknown grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    ['an unknown client', { client_id: tenantId }, 400, 'unauthorized_client', 700016],
    ['a missing secret', { client_secret: '' }, 400, 'invalid_request', 900144],
    ['a scope without /.default', { scope: 'https://management.azure.com' }, 400, 'invalid_scope', 1002012],
    ['another resource', { scope: 'https://vault.azure.net/.default' }, 400, 'invalid_resource', 500011],
  ])('refuses %s', async (_what, change, status, error, number) => {
    const answer = await ask({ ...goodForm(), ...change });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error, error_codes: [number] });
    expect(answer.body['error_description']).toContain(`AADSTS${number}: `);
  });

  it('refuses another tenant, for tokens and for discovery', async () => {
    const other = '00000000-0000-4000-8000-0000000000bb';
    expect((await ask(goodForm(), `/${other}/oauth2/v2.0/token`)).body).toMatchObject({
      error_codes: [90002],
    });
    const answer = await azure.request('GET', `/${other}/v2.0/.well-known/openid-configuration`);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_tenant' } });
  });

  describe('client assertions of workload identities', () => {
    const form = (token: string, type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') => ({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_assertion: token,
      client_assertion_type: type,
      scope: `${azure.origin}/.default`,
    });

    it('are accepted while they are valid', async () => {
      const answer = await ask(
        form(assertion({ sub: 'system:serviceaccount:a:b', exp: Date.now() / 1000 + 60 })),
      );
      expect(answer.status).toBe(200);
    });

    it.each([
      ['no JWT', 'not-a-jwt', undefined, 50027],
      ['no JSON inside', 'a.b.c', undefined, 50027],
      ['another type', assertion({}), 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer', 50027],
      ['expired', assertion({ exp: 1 }), undefined, 700024],
    ])('are refused: %s', async (_what, token, type, number) => {
      const answer = await ask(form(token, type));
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client', error_codes: [number] } });
    });
  });

  it('answers instance discovery', async () => {
    const answer = await azure.request('GET', '/common/discovery/instance?api-version=1.1');
    expect(answer.body).toMatchObject({
      tenant_discovery_endpoint: `${azure.origin}/${tenantId}/v2.0/.well-known/openid-configuration`,
      metadata: [{ aliases: [new URL(azure.origin).host] }],
    });
  });

  it.each([
    [{ kind: 'throttle', retryAfterSeconds: 7 } as const, 429, '7'],
    [{ kind: 'error' } as const, 503, undefined],
  ])('meets the fault %o', async (fault, status, retryAfter) => {
    azure.world.faults.add({ ...fault, cloud: 'azure', operation: 'token' });
    const answer = await ask(goodForm());
    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect((await ask(goodForm())).status).toBe(200);
  });
});
