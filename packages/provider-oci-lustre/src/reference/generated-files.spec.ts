import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { ociOperations } from '../api/oci-operations.js';
import { mutableParameters } from '../parameters/mutable-parameters.js';
import { lustreParameters } from '../parameters/parameters.js';
import { generatedFiles } from './generated-files.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

describe('generated files', () => {
  it.each(Object.entries(generatedFiles()))(
    '%s is up to date: npm run generate writes it',
    async (path, content) => {
      const filepath = join(root, path);
      const { inferredParser } = await getFileInfo(filepath);
      const options = { ...(await resolveConfig(filepath)), filepath };
      const formatted = inferredParser === null ? content : await format(content, options);
      expect(readFileSync(filepath, 'utf8')).toBe(formatted);
    },
  );

  it('contain for every parameter its type, legal values, default, example and mutability', () => {
    const page = generatedFiles()['docs/reference/oci-lustre-parameters.md'] ?? '';
    for (const name of Object.keys(lustreParameters)) {
      const section = page.split(`\n### ${name}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section, name).toMatch(/- Type: .+\n- Legal: .+\n- Default: .+\n/);
      expect(section, name).toContain(`- Mutable: ${name in mutableParameters ? 'yes' : 'no'}`);
      expect(section, name).toContain(`- Example: \`${name}: `);
    }
  });
});

describe('the policy', () => {
  const statements = (generatedFiles()['deploy/oci-lustre/policy.txt'] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('allow dynamic-group'))
    .map((line) => /to (\w+) (\S+) in/.exec(line)?.slice(1, 3).join(' '));

  it('has each type of resource once, with the largest verb that a call needs', () => {
    expect(statements).toEqual([
      'inspect compartments',
      'manage lustre-file-family',
      'use virtual-network-family',
    ]);
  });

  it('covers every operation', () => {
    const types = Object.values(ociOperations).flatMap(({ rights }) => rights.map(({ type }) => type));
    for (const type of types) expect(statements.join()).toContain(type);
  });
});
