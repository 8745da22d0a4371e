import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { generatedFiles } from './generated-files.js';
import { directoryClassSchema } from '../parameters/parameters.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

it.each(Object.entries(generatedFiles()))(
  '%s is up to date: npm run generate writes it',
  async (path, content) => {
    const filepath = join(root, path);
    const formatted = await format(content, { ...(await resolveConfig(filepath)), filepath });
    expect(readFileSync(filepath, 'utf8')).toBe(formatted);
  },
);

it('contains for every parameter its type, legal values, default and example', () => {
  const page = generatedFiles()['docs/reference/generic-parameters.md'] ?? '';
  for (const name of Object.keys(directoryClassSchema.parameters)) {
    const section = page.split(`\n### ${name}\n`)[1]?.split('\n#')[0] ?? '';
    expect(section, name).toMatch(/- Type: .+\n- Legal: .+\n- Default: .+\n/);
    expect(section, name).toContain(`- Example: \`${name}: `);
    expect(section, name).not.toContain('KEY=VALUE');
  }
});
