import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator.js';
import { azureSeed } from '../seed.js';

const [system, user] = azureSeed.identities;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

const ask = async (
  query: Record<string, string>,
  headers: Record<string, string> = { Metadata: 'true' },
): Promise<[number, Record<string, string>]> => {
  const url = `${emulator.awsUrl}/metadata/identity/oauth2/token?${new URLSearchParams(query).toString()}`;
  const reply = await fetch(url, { headers });
  return [reply.status, (await reply.json()) as Record<string, string>];
};
const good = (): Record<string, string> => ({ 'api-version': '2018-02-01', resource: emulator.azureUrl });

describe('the identity part of the metadata service', () => {
  it.each([
    ['the system-assigned identity', {}, system.clientId],
    ['one by its client id', { client_id: user.clientId }, user.clientId],
    ['one by its resource', { msi_res_id: user.resourceId.toUpperCase() }, user.clientId],
  ])('gives a token of %s, in strings as the real one', async (_, selector, clientId) => {
    const [status, token] = await ask({ ...good(), ...selector });
    expect(status).toBe(200);
    expect(token).toMatchObject({ client_id: clientId, token_type: 'Bearer', expires_in: '3599' });
    expect(Number(token['expires_on'])).toBeGreaterThan(Date.now() / 1000);
    expect(token['access_token']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it.each<[string, () => ReturnType<typeof ask>, string]>([
    ['no Metadata header', () => ask(good(), {}), 'metadata header'],
    ['no api-version', () => ask({ resource: 'x' }), 'api-version'],
    ['no resource', () => ask({ 'api-version': '2018-02-01' }), 'resource'],
    [
      'an identity that the machine has not',
      () => ask({ ...good(), client_id: 'other' }),
      'Identity not found',
    ],
  ])('refuses %s', async (_, request, words) => {
    const [status, body] = await request();
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
    expect(body['error_description']).toContain(words);
  });

  it('meets injected faults', async () => {
    emulator.faults.add({ kind: 'throttle', cloud: 'azure', operation: 'identity.token' });
    expect((await ask(good()))[0]).toBe(429);
    expect((await ask(good()))[0]).toBe(200);
  });
});
