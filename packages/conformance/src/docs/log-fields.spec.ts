import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const page = readFileSync(join(root, 'docs/reference/log-fields.md'), 'utf8');
const documented = new Set([...page.matchAll(/`(\w+)`/g)].map(([, name]) => name));

const packages = ['core', 'driver', 'provider-aws-fsx', 'provider-azure-amlfs', 'provider-generic'];
const sources = packages.flatMap((name) => {
  const directory = join(root, 'packages', name, 'src');
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file) && !/\.spec\.ts$|(?:^|\/)testing\//.test(file))
    .map((file) => readFileSync(join(directory, file), 'utf8'));
});

/** Object literals that are logged, by their text. */
const logged = sources.flatMap((text) =>
  [...text.matchAll(/\blog\.(?:debug|info|warn|error|child)\(\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})/g)].map(
    ([, object = '']) => object,
  ),
);

it('docs/reference/log-fields.md explains each field', () => {
  const fields = logged.flatMap((object) =>
    [...object.matchAll(/[{,]\s*(\w+)(?=\s*[:,}])/g)].map(([, name = '']) => name),
  );
  expect(new Set(fields).size).toBeGreaterThan(30);
  expect([...new Set(fields)].filter((name) => !documented.has(name))).toEqual([]);
});

it('docs/reference/log-fields.md explains the fields of the line of a call', () => {
  const text = readFileSync(join(root, 'packages/core/src/rpc/log-call.ts'), 'utf8');
  const requests = readFileSync(join(root, 'packages/core/src/rpc/requests-of-call.ts'), 'utf8');
  for (const name of ['rpc', 'volume', 'request', 'milliseconds', 'code', 'error']) {
    expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    expect(documented).toContain(name);
  }
  for (const name of ['cloudRequests', 'cloudRequestIds']) {
    expect(requests).toContain(name);
    expect(documented).toContain(name);
  }
});
