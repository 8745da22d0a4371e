import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../deploy/chart.js';

/** Directory of this package with the Go sources that the suite builds. */
export const ownSources = `${root}packages/conformance/kubernetes`;

/** Version of the programs in a directory of the Go sources: a change makes a new one. */
export function versionOfSources(directory: string): string {
  const hash = createHash('sha256');
  const path = join(ownSources, directory);
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.go')) hash.update(name).update(readFileSync(join(path, name)));
  return hash.digest('hex').slice(0, 12);
}
