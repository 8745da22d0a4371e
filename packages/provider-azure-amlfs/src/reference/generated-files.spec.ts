import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { armOperations, dataJobOperations } from '../api/arm-operations.js';
import { diagnosisOperations } from '../api/diagnosis-operations.js';
import { generatedFiles } from './generated-files.js';
import { mutableParameters } from '../parameters/mutable-parameters.js';
import { amlParameters } from '../parameters/parameters.js';

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
    const page = generatedFiles()['docs/reference/azure-amlfs-parameters.md'] ?? '';
    for (const name of Object.keys(amlParameters)) {
      const section = page.split(`\n### ${name}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section, name).toMatch(/- Type: .+\n- Legal: .+\n- Default: .+\n/);
      expect(section, name).toContain(`- Mutable: ${name in mutableParameters ? 'yes' : 'no'}`);
      expect(section, name).toContain(`- Example: \`${name}: `);
    }
  });
});

describe('the role definition', () => {
  const { Actions } = JSON.parse(generatedFiles()['deploy/azure-amlfs/role-definition.json'] ?? '') as {
    Actions: string[];
  };
  const operations = [
    ...Object.values(armOperations),
    ...Object.values(dataJobOperations).flatMap((kind) => Object.values(kind)),
    ...Object.values(diagnosisOperations),
  ];

  it('allows every operation that the code can call', () => {
    for (const { name, permissions } of operations) {
      expect(permissions.length, name).toBeGreaterThan(0);
      expect(Actions, name).toEqual(expect.arrayContaining([...permissions]));
    }
  });

  it('allows nothing that no operation needs, and nothing by a wildcard', () => {
    const needed = new Set(operations.flatMap(({ permissions }) => permissions));
    expect(Actions.filter((action) => !needed.has(action) || action.includes('*'))).toEqual([]);
    expect(new Set(Actions).size).toBe(Actions.length);
  });

  it('is made from the only tables of operations that there are', () => {
    const sources = fileURLToPath(new URL('..', import.meta.url));
    const makers = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
      (path) =>
        path.endsWith('.ts') &&
        !/(\/arm-operation|\.spec)\.ts$/.test(path) &&
        /\b(rest|sdk)(<[^(]*>)?\(\{|sendOperationRequest/.test(readFileSync(join(sources, path), 'utf8')),
    );
    expect(makers.sort()).toEqual([
      'api/arm-client.ts',
      'api/arm-operations.ts',
      'api/diagnosis-operations.ts',
    ]);
  });

  it('is about file systems and their jobs, and of others only reads and joins them, and writes tags', () => {
    // Azure has no right to write the tags of some resources only.
    const special = Actions.filter((action) => action !== 'Microsoft.Resources/tags/write');
    expect(special).toHaveLength(Actions.length - 1);
    const changing = special.filter((action) => /\/(write|delete)$/.test(action));
    expect(changing.every((action) => action.startsWith('Microsoft.StorageCache/amlFilesystems/'))).toBe(
      true,
    );
    const others = special.filter((action) => !action.startsWith('Microsoft.StorageCache/'));
    expect(others.every((action) => /\/(read|(join|assign)\/action)$/.test(action))).toBe(true);
  });
});
