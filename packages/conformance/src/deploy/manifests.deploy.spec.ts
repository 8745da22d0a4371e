import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { Helm } from './chart.js';
import { manifestFiles, manifestSets } from './manifests.js';

const helm = new Helm(inject('helm'));

describe.skipIf(!inject('helm'))('deploy/kubernetes', () => {
  it.each(manifestSets)('$directory is what the chart renders: npm run generate', async (set) => {
    for (const [path, content] of await manifestFiles(helm, set)) {
      expect(existsSync(path) ? readFileSync(path, 'utf8') : 'missing').toBe(content);
    }
  });
});
