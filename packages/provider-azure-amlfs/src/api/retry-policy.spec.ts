import {
  createHttpHeaders,
  createPipelineRequest,
  RestError,
  type HttpMethods,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { armRetryPolicy, isRead, retryAfter } from './retry-policy.js';

type Outcome = number | 'reset' | { readonly status: number; readonly retryAfter: string };

const path = 'https://arm/subscriptions/s/providers/Microsoft.StorageCache';

/** Sends one request through the policy; the cloud answers with these outcomes in turn. */
async function send(
  method: HttpMethods,
  outcomes: readonly Outcome[],
  policy = armRetryPolicy({ retryDelayInMs: 1 }),
): Promise<{ result: string; calls: number }> {
  const request = createPipelineRequest({ url: `${path}/amlFilesystems/x`, method });
  let calls = 0;
  const next = async (): Promise<PipelineResponse> => {
    const outcome = outcomes[calls] ?? 200;
    calls += 1;
    if (outcome === 'reset') throw new RestError('cut', { code: 'ECONNRESET', request });
    const { status, retryAfter: wait } =
      typeof outcome === 'number' ? { status: outcome, retryAfter: '' } : outcome;
    return { request, status, headers: createHttpHeaders(wait === '' ? {} : { 'Retry-After': wait }) };
  };
  const result = await policy.sendRequest(request, next).then(
    ({ status }) => String(status),
    (error: RestError) => error.code ?? error.name,
  );
  return { result, calls };
}

const throttled = { status: 429, retryAfter: '0' };

describe('armRetryPolicy', () => {
  it.each<[HttpMethods, readonly Outcome[], string, number]>([
    ['GET', [], '200', 1],
    ['GET', ['reset', 500, 429], '200', 4],
    ['GET', [throttled, 408, 503], '200', 4],
    ['GET', [500, 500, 500, 500], '500', 4],
    ['GET', ['reset', 'reset', 'reset', 'reset'], 'ECONNRESET', 4],
    ['GET', [404], '404', 1],
    ['GET', [409], '409', 1],
    ['PUT', [throttled, 429], '200', 3],
    ['PUT', ['reset'], 'ECONNRESET', 1],
    ['PUT', [500], '500', 1],
    ['PUT', [{ status: 503, retryAfter: '0' }], '503', 1],
    ['PUT', [408], '408', 1],
    ['DELETE', ['reset'], 'ECONNRESET', 1],
    ['PATCH', [502], '502', 1],
    ['POST', [502], '502', 1],
  ])('%s answered by %j ends with %s after %i calls', async (method, outcomes, result, calls) => {
    expect(await send(method, outcomes)).toEqual({ result, calls });
  });

  it('waits as long as requested, and delays all other requests', async () => {
    const policy = armRetryPolicy({ retryDelayInMs: 1 });
    const began = Date.now();
    const first = send('GET', [{ status: 429, retryAfter: '1' }], policy);
    const [, second] = await Promise.all([first, first.then(() => send('GET', [], policy))]);
    expect(second).toEqual({ result: '200', calls: 1 });
    expect(Date.now() - began).toBeGreaterThanOrEqual(990);
  });

  it('lets changes through while reads must wait, and ends a wait with its signal', async () => {
    const policy = armRetryPolicy({ retryDelayInMs: 1, maxRetries: 0 });
    expect(await send('GET', [{ status: 429, retryAfter: '3600' }], policy)).toEqual({
      result: '429',
      calls: 1,
    });
    expect(await send('PUT', [], policy)).toEqual({ result: '200', calls: 1 });
    const request = createPipelineRequest({ url: path, abortSignal: AbortSignal.timeout(20) });
    const next = async (): Promise<PipelineResponse> => ({
      request,
      status: 200,
      headers: createHttpHeaders(),
    });
    await expect(policy.sendRequest(request, next)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('isRead', () => {
  it.each<[HttpMethods, string, boolean]>([
    ['GET', `${path}/amlFilesystems`, true],
    ['POST', `${path}/checkAmlFSSubnets?api-version=1`, true],
    ['POST', `${path}/getRequiredAmlFSSubnetsSize`, true],
    ['POST', `${path}/amlFilesystems/x/archive?api-version=1`, false],
    ['PUT', `${path}/checkAmlFSSubnets`, false],
  ])('%s %s', (method, url, expected) => expect(isRead({ method, url })).toBe(expected));
});

describe('retryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    ['17', 17_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ])('reads %j as %s ms', (value, milliseconds) => {
    const headers = createHttpHeaders(value === undefined ? {} : { 'Retry-After': value });
    expect(retryAfter({ headers }, now)).toBe(milliseconds);
  });
});
