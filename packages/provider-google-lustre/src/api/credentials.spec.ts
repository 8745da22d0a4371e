import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedGoogle, neverAborted } from '../testing/emulated-google.js';
import { settingsOf } from '../testing/samples.js';
import { AccessTokens, TokenError } from './access-token.js';
import { tokenSource } from './credentials.js';

let google: EmulatedGoogle;
beforeAll(async () => (google = await EmulatedGoogle.start({ google: { tokenSeconds: 120 } })));
afterAll(() => google.stop());

const metadataOnly = (): Record<string, string> => {
  const { GOOGLE_APPLICATION_CREDENTIALS: _, ...rest } = google.environment;
  return rest;
};
const countOf = (operation: string): number =>
  google.emulator.journal.entries().filter((entry) => entry.operation === operation).length;

describe('tokens', () => {
  it('of the metadata server are used until they expire', async () => {
    let now = Date.now();
    const tokens = new AccessTokens(tokenSource(settingsOf(metadataOnly()), undefined), undefined, () => now);
    const [first, same] = await Promise.all([tokens.get(neverAborted), tokens.get(neverAborted)]);
    expect(same).toBe(first);
    expect(await tokens.get(neverAborted)).toBe(first);
    expect(countOf('GetToken')).toBe(1);
    now += 61_000;
    expect(await tokens.get(neverAborted)).not.toBe(first);
  });

  it('of workload identity federation are exchanged', async () => {
    const tokens = new AccessTokens(tokenSource(settingsOf(google.environment), undefined));
    expect(await tokens.get(neverAborted)).toMatch(/^ya29\./);
    expect(countOf('ExchangeToken')).toBe(1);
  });

  it('suffice for a controller without a credential file', async () => {
    const controller = await google.controller({ environment: { GOOGLE_APPLICATION_CREDENTIALS: '' } });
    expect(await controller.list('-', neverAborted)).toEqual([]);
  });

  it.each([
    ['that does not exist', undefined, /none\.json/],
    ['that is no JSON', 'x', /GOOGLE_APPLICATION_CREDENTIALS\) failed/],
    ['of an unknown type', '{"type":"x"}', /failed/],
  ])('fail with the path of a file %s', async (_, content, words) => {
    const file = join(google.directory, content === undefined ? 'none.json' : 'broken.json');
    if (content !== undefined) writeFileSync(file, content);
    const settings = settingsOf({ ...google.environment, GOOGLE_APPLICATION_CREDENTIALS: file });
    const tokens = new AccessTokens(tokenSource(settings, undefined));
    const error: unknown = await tokens.get(neverAborted).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenError);
    expect((error as Error).message).toMatch(words);
  });

  it('fail where their source never answers, and are requested again', async () => {
    let ends: (() => void) | undefined;
    const clock = { after: (_: number, end: () => void) => ((ends = end), () => {}) };
    const source = { description: 'the request', fetch: () => new Promise<never>(() => {}) };
    const tokens = new AccessTokens(source, clock);
    const token = tokens.get(neverAborted);
    ends?.();
    await expect(token).rejects.toThrow('the request was not answered within 30 s');
    const again = tokens.get(neverAborted);
    ends?.();
    await expect(again).rejects.toThrow(TokenError);
  });
});
