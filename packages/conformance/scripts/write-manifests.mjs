// Renders deploy/kubernetes from the chart. src/deploy/manifests.deploy.spec.ts fails if it is out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Helm } from '../dist/deploy/chart.js';
import { manifestFiles, manifestSets } from '../dist/deploy/manifests.js';
import { helmTool, testCache } from '../dist/deploy/tools.js';
import { obtainGoTool } from '../dist/testing/go-tool.js';

const cache = testCache();
mkdirSync(cache, { recursive: true });
const helm = new Helm(await obtainGoTool(cache, helmTool));
for (const set of manifestSets) {
  for (const [path, content] of await manifestFiles(helm, set)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
