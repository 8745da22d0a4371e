// Writes what is generated from this package's declarations: the policy and the reference page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { generatedFiles } from '../dist/reference/generated-files.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

for (const [path, content] of Object.entries(generatedFiles())) {
  const filepath = join(root, path);
  mkdirSync(dirname(filepath), { recursive: true });
  const options = { ...(await resolveConfig(filepath)), filepath };
  const { inferredParser } = await getFileInfo(filepath);
  writeFileSync(filepath, inferredParser === null ? content : await format(content, options));
}
