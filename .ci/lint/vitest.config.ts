import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The specs of the lint itself: `npm run test:lint`.
const report = process.env['LUSTRE_CSI_TEST_REPORTS'];

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    include: ['.ci/lint/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: `${report}/lint.json` } } : {}),
  },
});
