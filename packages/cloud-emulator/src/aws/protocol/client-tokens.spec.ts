import { describe, expect, it } from 'vitest';
import { ClientTokens } from './client-tokens.js';

describe('ClientTokens', () => {
  const at = { milliseconds: 0 };
  const tokens = new ClientTokens(300, () => at.milliseconds);
  const request = { ClientRequestToken: 't', A: 1, B: { C: [1], D: 2 } };
  tokens.remember('Create', request, 'fs-1');

  it('recalls the resource for the same parameters in any order', () => {
    expect(tokens.recall('Create', { B: { D: 2, C: [1] }, A: 1, ClientRequestToken: 't' } as never)).toBe(
      'fs-1',
    );
  });

  it('refuses other parameters', () => {
    expect(() => tokens.recall('Create', { ...request, A: 2 } as never)).toThrow(
      expect.objectContaining({
        code: 'IncompatibleParameterError',
        members: { Parameter: 'ClientRequestToken' },
      }),
    );
  });

  it('knows nothing of other operations, other tokens and requests without one', () => {
    expect(tokens.recall('Delete', request)).toBeUndefined();
    expect(tokens.recall('Create', { ...request, ClientRequestToken: 'u' })).toBeUndefined();
    expect(tokens.recall('Create', {})).toBeUndefined();
  });

  it('forgets after its lifetime, even for other parameters', () => {
    at.milliseconds = 299_999;
    expect(tokens.recall('Create', request)).toBe('fs-1');
    at.milliseconds = 300_000;
    expect(tokens.recall('Create', { ...request, A: 2 } as never)).toBeUndefined();
    expect(tokens.recall('Create', request)).toBeUndefined();
  });
});
