import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { doctorReference } from './doctor-reference.js';

it('docs/reference/doctor-checks.md is up to date (npm run generate)', async () => {
  const page = new URL('../../../../docs/reference/doctor-checks.md', import.meta.url);
  const wanted = await format(doctorReference(), { parser: 'markdown', printWidth: 110 });
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});
