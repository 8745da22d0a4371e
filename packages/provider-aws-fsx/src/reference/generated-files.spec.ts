import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FSx } from '@aws-sdk/client-fsx';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { diagnosisOperations } from '../diagnosis/diagnosis-operations.js';
import { ec2Operations } from '../api/ec2-operations.js';
import { fsxOperations } from '../api/fsx-operations.js';
import { generatedFiles } from './generated-files.js';
import { iamPolicy } from './iam-policy.js';
import { mutableParameters } from '../parameters/mutable-parameters.js';
import { fsxParameters } from '../parameters/parameters.js';

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
    const page = generatedFiles()['docs/reference/aws-fsx-parameters.md'] ?? '';
    for (const name of Object.keys(fsxParameters)) {
      const section = page.split(`\n### ${name}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section, name).toMatch(
        /- Type: (text|list|boolean|whole number|KEY=VALUE pairs)\n- Legal: .+\n- Default: .+\n/,
      );
      expect(section, name).toContain(`- Mutable: ${name in mutableParameters ? 'yes' : 'no'}`);
      expect(section, name).toContain(`- Example: \`${name}: `);
    }
  });
});

describe('the IAM policy', () => {
  const allowed = new Set(iamPolicy().Statement.flatMap(({ Action }) => Action));

  it('allows every operation that the code can call', () => {
    for (const name of Object.keys(fsxOperations)) expect(allowed).toContain(`fsx:${name}`);
    for (const name of Object.keys(ec2Operations)) expect(allowed).toContain(`ec2:${name}`);
  });

  it('allows no operation of FSx and EC2 that the code does not call', () => {
    const called = [
      ...Object.keys(fsxOperations).map((name) => `fsx:${name}`),
      ...Object.keys(ec2Operations).map((name) => `ec2:${name}`),
      ...Object.values(diagnosisOperations).flatMap(({ permissions }) =>
        permissions.map(({ action }) => action),
      ),
    ];
    const others = [...allowed].filter((action) => /^(fsx|ec2):/.test(action) && !called.includes(action));
    expect(others).toEqual([]);
    expect([...allowed].filter((action) => action.includes('*'))).toEqual([]);
  });

  it('knows each operation by the name under which it is sent', () => {
    for (const [name, operation] of Object.entries(fsxOperations)) {
      expect(operation.name).toBe(name);
      expect(Object.getOwnPropertyNames(FSx.prototype)).toContain(
        name.charAt(0).toLowerCase() + name.slice(1),
      );
    }
    for (const [name, operation] of Object.entries(ec2Operations)) expect(operation.name).toBe(name);
  });

  it('allows to delete only what the driver has tagged', () => {
    const conditions = iamPolicy()
      .Statement.filter(({ Action }) =>
        Action.some((action) => ['fsx:DeleteFileSystem', 'fsx:DeleteBackup'].includes(action)),
      )
      .map(({ Action, Condition }) => [Action, Condition]);
    expect(conditions).toEqual([
      [['fsx:DeleteFileSystem'], { Null: { 'aws:ResourceTag/CSIVolumeName': 'false' } }],
      [['fsx:DeleteBackup'], { Null: { 'aws:ResourceTag/lustre.csi/snapshot-name': 'false' } }],
    ]);
  });
});
