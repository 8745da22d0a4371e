// Writes the files of examples/custom-driver into the guide that explains them. src/docs/guide.spec.ts fails where they differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { guideWithFiles } from '../dist/docs/guide.js';

const guide = new URL('../../../docs/guides/writing-a-provider.md', import.meta.url);
const read = (path) => {
  const file = new URL(`../../../examples/custom-driver/${path}`, import.meta.url);
  return path.startsWith('src/') && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};
writeFileSync(guide, guideWithFiles(readFileSync(guide, 'utf8'), read));
