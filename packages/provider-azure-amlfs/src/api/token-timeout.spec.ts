// A token request that is never answered must not be the end of the controller: every call shares it.
import { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedAzure, neverAborted, until } from '../testing/emulated-azure.js';
import { limits } from '../testing/limits.js';
import { callOf, dynamicParameters, fastClock, requestOf, silent } from '../testing/samples.js';

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await EmulatedAzure.start({ durations: { createSeconds: 0.02, deleteSeconds: 0.02 } });
});
beforeEach(() => azure.emulator.journal.clear());
afterEach(() => azure.emulator.faults.clear());
afterAll(() => azure.stop());

const hang = (operation: string): void =>
  void azure.emulator.faults.add({ kind: 'hang', cloud: 'azure', operation });

const hangs = (): Promise<unknown> =>
  until(
    async () => azure.emulator.faults.list(),
    (faults) => faults.length === 0,
  );

const requests = (operation: string): number =>
  azure.emulator.journal.entries().filter((entry) => entry.operation === operation).length;

const federated = async (): Promise<Record<string, string>> => ({
  AZURE_FEDERATED_TOKEN_FILE: await azure.write('token', serviceAccountToken()),
  AZURE_CLIENT_ID: '00000000-0000-4000-8000-0000000000c1',
});

/** Token of a Kubernetes service account; the emulated Entra ID trusts every issuer. */
function serviceAccountToken(): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const claims = { exp: Math.floor(Date.now() / 1000) + 3600, sub: 'system:serviceaccount:kube-system:c' };
  return [part({ alg: 'RS256' }), part(claims), 'signature'].join('.');
}

describe('a token that does not come', () => {
  it('holds up the call that it was for, and no later one', async () => {
    const clock = limits();
    const provider = await azure.controller({}, {}, {}, clock);
    const driver = new VolumeOperations(provider, silent, fastClock);
    const request = requestOf(dynamicParameters, { name: 'pvc-1' });
    hang('token');
    const first = driver.create(request, callOf(5000)).catch((error: unknown) => error);
    await hangs();
    clock.passed(30_000);
    expect(await first).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('for a token of') as string,
    });
    expect(await driver.create(request, callOf(5000))).toMatchObject({
      capacity: request.capacityRange.required,
    });
    expect(requests('token')).toBe(2);
  });

  it.each<[string, () => Promise<Record<string, string>>, RegExp]>([
    [
      'a client secret',
      async () => ({}),
      /the authority https:\S+ for a token of .*service principal \S+ in tenant/,
    ],
    [
      'a workload identity',
      federated,
      /the authority https:\S+ for a token of .*workload identity \S+ in tenant/,
    ],
  ])('ends after 30 s and is requested again: %s', async (_, environment, source) => {
    const clock = limits();
    const provider = await azure.controller({}, await environment(), {}, clock);
    hang('token');
    const waiting = provider.list('lustre-rg', neverAborted).catch((error: unknown) => error);
    await hangs();
    clock.passed(30_000);
    const failure = (await waiting) as Error;
    expect(failure).toMatchObject({ kind: 'unavailable' });
    expect(failure.message).toMatch(source);
    expect(failure.message).toMatch(/was not answered within 30 s; let the controller reach that service/);
    await provider.list('lustre-rg', neverAborted);
    expect(requests('token')).toBe(2);
  });

  it('does not keep a call beyond its signal', async () => {
    const provider = await azure.controller();
    hang('token');
    const ended = new AbortController();
    const waiting = provider.list('lustre-rg', ended.signal).catch((error: unknown) => error);
    await hangs();
    ended.abort(new Error('enough'));
    expect(await waiting).toMatchObject({
      kind: 'cancelled',
      message: expect.stringContaining('enough') as string,
    });
  });
});
