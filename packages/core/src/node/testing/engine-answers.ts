import { expect, vi } from 'vitest';

/** An answer of an engine process without an error. */
export const success = expect.not.objectContaining({ error: expect.anything() as unknown }) as unknown;

/** An answer with this error, whose message has these words in it. */
export const failure = (kind: string, words = ''): unknown =>
  expect.objectContaining({ error: { kind, message: expect.stringContaining(words) as string } }) as unknown;

/** Repeats a check until it passes. */
export const until = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });
