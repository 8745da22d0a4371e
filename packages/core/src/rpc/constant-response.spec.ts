import { expect, it } from 'vitest';
import { constantResponse, encodingOnce } from './constant-response.js';

it('encodes a constant response once, and others each time', () => {
  const seen: unknown[] = [];
  const serialize = encodingOnce((response) => {
    seen.push(response);
    return Buffer.from(JSON.stringify(response));
  });
  const constant = constantResponse({ ready: true });
  const other = { ready: true };
  const sent = [constant, other, constant, other].map((response) => serialize(response).toString());
  expect(sent).toEqual(Array(4).fill('{"ready":true}'));
  expect(seen).toEqual([constant, other, other]);
  expect(seen[0]).toBe(constant);
});
