import { expect, vi } from 'vitest';

/** Matches an answer without an error. */
export const success = expect.not.objectContaining({ error: expect.anything() as unknown }) as unknown;

/** Matches an answer with this kind of error, whose message contains these words. */
export const failure = (kind: string, words = ''): unknown =>
  expect.objectContaining({ error: { kind, message: expect.stringContaining(words) as string } }) as unknown;

/** Repeats a check until it passes. */
export const until = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });
