// Trust policy of Notation. The program is not in the tests: these are the rules of its specification.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { imageScript } from './image-tools.js';

interface TrustPolicy {
  readonly name: string;
  readonly registryScopes: readonly string[];
  readonly signatureVerification: { readonly level: string };
  readonly trustStores: readonly string[];
  readonly trustedIdentities: readonly string[];
}

it('the trust policy of Notation has what its specification demands', () => {
  const text = readFileSync(imageScript('notation/trustpolicy.json'), 'utf8');
  const { version, trustPolicies } = JSON.parse(text) as {
    readonly version: string;
    readonly trustPolicies: readonly TrustPolicy[];
  };
  expect(version).toBe('1.0');
  expect(trustPolicies.length).toBeGreaterThan(0);
  for (const policy of trustPolicies) {
    expect(policy.name).toMatch(/^\S+$/);
    // A repository without a tag.
    for (const scope of policy.registryScopes) expect(scope).toMatch(/^[a-z0-9.-]+(?:\/[a-z0-9._-]+)+$/);
    expect(policy.signatureVerification.level).toBe('strict');
    for (const store of policy.trustStores) expect(store).toMatch(/^(?:ca|signingAuthority):[\w.-]+$/);
    // A subject has to name a country, a state and an organization.
    for (const identity of policy.trustedIdentities)
      expect(identity).toMatch(/^x509\.subject: (?=.*\bC=)(?=.*\bST=)(?=.*\bO=)/);
  }
});
