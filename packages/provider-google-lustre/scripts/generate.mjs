// Writes what is generated from this package's declarations: the IAM role and the reference page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { generatedFiles } from '../dist/reference/generated-files.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

for (const [path, content] of Object.entries(generatedFiles())) {
  const filepath = join(root, path);
  mkdirSync(dirname(filepath), { recursive: true });
  const options = { ...(await resolveConfig(filepath)), filepath };
  writeFileSync(filepath, await format(content, options));
}
