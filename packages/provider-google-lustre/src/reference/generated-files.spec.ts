import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { lustreOperations } from '../api/lustre-operations.js';
import { generatedFiles } from './generated-files.js';
import { mutableParameters } from '../parameters/mutable-parameters.js';
import { managedLustreParameters } from '../parameters/parameters.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

describe('generated files', () => {
  it.each(Object.entries(generatedFiles()))(
    '%s is up to date: npm run generate writes it',
    async (path, content) => {
      const filepath = join(root, path);
      const formatted = await format(content, { ...(await resolveConfig(filepath)), filepath });
      expect(readFileSync(filepath, 'utf8')).toBe(formatted);
    },
  );

  it('contain for every parameter its type, legal values, default, example and mutability', () => {
    const page = generatedFiles()['docs/reference/google-lustre-parameters.md'] ?? '';
    for (const name of Object.keys(managedLustreParameters)) {
      const section = page.split(`\n### ${name}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section, name).toMatch(/- Type: .+\n- Legal: .+\n- Default: .+\n/);
      expect(section, name).toContain(`- Mutable: ${name in mutableParameters ? 'yes' : 'no'}`);
      expect(section, name).toContain(`- Example: \`${name}: `);
    }
  });
});

describe('the role definition', () => {
  const { includedPermissions } = JSON.parse(
    generatedFiles()['deploy/google-lustre/role-definition.json'] ?? '',
  ) as { includedPermissions: string[] };
  const operations = Object.values(lustreOperations);

  it('allows every operation that the code can call', () => {
    for (const { name, permissions } of operations) {
      expect(permissions.length, name).toBeGreaterThan(0);
      expect(includedPermissions, name).toEqual(expect.arrayContaining([...permissions]));
    }
  });

  it('allows nothing that no operation needs, and nothing of other services', () => {
    const needed = new Set(operations.flatMap(({ permissions }) => permissions));
    expect(includedPermissions.filter((permission) => !needed.has(permission))).toEqual([]);
    expect(includedPermissions.every((permission) => /^lustre\.[a-z]+\.[a-zA-Z]+$/.test(permission))).toBe(
      true,
    );
    expect(new Set(includedPermissions).size).toBe(includedPermissions.length);
  });
});
