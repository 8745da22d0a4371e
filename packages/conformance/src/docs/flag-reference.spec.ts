import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { flagReference } from './flag-reference.js';
import { providers } from '@lustre-csi/lustre-csi';

it('docs/reference/flags.md is up to date (npm run generate)', async () => {
  const written = readFileSync(new URL('../../../../docs/reference/flags.md', import.meta.url), 'utf8');
  expect(written).toBe(await format(flagReference(providers), { parser: 'markdown', printWidth: 110 }));
});
