import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zones } from './directions.mjs';
import { places } from './places.mjs';
import { PlantedTree } from './planted-tree.js';

const core = 'packages/core/src';
const aws = 'packages/provider-aws-fsx/src';
const azure = 'packages/provider-azure-amlfs/src';
const generic = 'packages/provider-generic/src';
const google = 'packages/provider-google-lustre/src';
const oci = 'packages/provider-oci-lustre/src';
const importing = (specifier: string): string => `import '${specifier}';\n`;
const lines = (count: number): string => 'export {};\n'.repeat(count);

/** A module in each room, so that imports resolve, and the ambient parts of Node.js that the planted files use. */
const coreRooms = [
  'errors',
  'model',
  'network',
  'provider',
  'concurrency',
  'process',
  'mount',
  'mount/client',
  'node',
  'volume',
];
const rooms = [
  ...[...coreRooms, 'directory', 'directory/registry', 'request', 'rpc', 'gen'].map(
    (room) => `${core}/${room}`,
  ),
  ...[aws, azure, generic, google, oci].flatMap((src) =>
    ['api', 'operations', 'plan'].map((room) => `${src}/${room}`),
  ),
];
const base: Record<string, string> = {
  ...Object.fromEntries(rooms.map((room) => [`${room}/thing.ts`, 'export const thing = 1;\n'])),
  'packages/globals.d.ts':
    'declare const process: { argv: string[]; env: Record<string, string> };\ndeclare const console: { log(text: string): void };\n',
};

const ZONE = 'import-x/no-restricted-paths';
/** Planted file, its text, the rule that reports it, and a part of the message. */
type Planted = readonly [file: string, text: string, rule: string, message: string];

const inZone = (file: string, specifier: string): Planted => {
  const zone = /src\/(.*)\//.exec(file)?.[1] ?? '';
  return [file, importing(specifier), ZONE, `src/${zone} `];
};

const zoneViolations: Planted[] = [
  inZone(`${core}/errors/a.ts`, '../model/thing.js'),
  inZone(`${core}/model/a.ts`, '../provider/thing.js'),
  inZone(`${core}/model/b.ts`, '../concurrency/thing.js'),
  inZone(`${core}/network/a.ts`, '../model/thing.js'),
  inZone(`${core}/provider/a.ts`, '../volume/thing.js'),
  inZone(`${core}/provider/b.ts`, '../concurrency/thing.js'),
  inZone(`${core}/concurrency/a.ts`, '../model/thing.js'),
  inZone(`${core}/process/a.ts`, '../mount/thing.js'),
  inZone(`${core}/process/b.ts`, '../provider/thing.js'),
  inZone(`${core}/mount/a.ts`, '../node/thing.js'),
  inZone(`${core}/mount/b.ts`, '../provider/thing.js'),
  [`${core}/mount/client/a.ts`, importing('../../node/thing.js'), ZONE, 'src/mount '],
  inZone(`${core}/node/a.ts`, '../rpc/thing.js'),
  inZone(`${core}/node/b.ts`, '../request/thing.js'),
  inZone(`${core}/node/c.ts`, '../volume/thing.js'),
  inZone(`${core}/node/d.ts`, '../directory/thing.js'),
  inZone(`${core}/node/e.ts`, '../gen/thing.js'),
  inZone(`${core}/volume/a.ts`, '../node/thing.js'),
  inZone(`${core}/volume/b.ts`, '../mount/client/thing.js'),
  inZone(`${core}/volume/c.ts`, '../process/thing.js'),
  inZone(`${core}/volume/d.ts`, '../rpc/thing.js'),
  inZone(`${core}/volume/e.ts`, '../request/thing.js'),
  inZone(`${core}/volume/f.ts`, '../gen/thing.js'),
  inZone(`${core}/directory/a.ts`, '../rpc/thing.js'),
  inZone(`${core}/directory/b.ts`, '../request/thing.js'),
  inZone(`${core}/directory/c.ts`, '../node/thing.js'),
  inZone(`${core}/directory/d.ts`, '../gen/thing.js'),
  inZone(`${core}/directory/registry/a.ts`, '../thing.js'),
  inZone(`${core}/directory/registry/b.ts`, '../../volume/thing.js'),
  inZone(`${core}/directory/registry/c.ts`, '../../provider/thing.js'),
  inZone(`${core}/request/a.ts`, '../rpc/thing.js'),
  inZone(`${core}/request/b.ts`, '../node/thing.js'),
  ...[aws, azure, generic, google, oci].flatMap((src) =>
    ['parameters', 'node'].flatMap((room) => [
      inZone(`${src}/${room}/a.ts`, '../api/thing.js'),
      inZone(`${src}/${room}/b.ts`, '../operations/thing.js'),
    ]),
  ),
  [`${core}/model/type.ts`, "export type { thing } from '../rpc/thing.js';\n", ZONE, 'src/model '],
  [`${core}/model/dynamic.ts`, "export const a = import('../rpc/thing.js');\n", ZONE, 'src/model '],
];

const importedFrom = (file: string, module: string, place: string): Planted => [
  file,
  importing(module),
  `places/${place}`,
  `'${module}': `,
];

const placeViolations: Planted[] = [
  importedFrom(`${core}/rpc-less.ts`, '@grpc/grpc-js', 'grpc-in-rpc'),
  importedFrom(`${core}/process/spawn.ts`, 'node:child_process', 'processes-in-command'),
  importedFrom('packages/driver/src/spawn.ts', 'child_process', 'processes-in-command'),
  importedFrom('packages/driver/src/environment.ts', 'node:process', 'process-in-config'),
  importedFrom(`${azure}/api/aws.ts`, '@aws-sdk/client-fsx', 'aws-in-its-provider'),
  importedFrom('packages/driver/src/smithy.ts', '@smithy/types', 'aws-in-its-provider'),
  importedFrom(`${aws}/api/azure.ts`, '@azure/identity', 'azure-in-its-provider'),
  importedFrom(`${aws}/node/sdk.ts`, '@aws-sdk/client-fsx', 'no-sdk-on-nodes'),
  importedFrom(`${azure}/node/sdk.ts`, '@azure/identity', 'no-sdk-on-nodes'),
  importedFrom(`${azure}/api/google.ts`, 'google-auth-library', 'google-in-its-provider'),
  importedFrom(`${google}/node/sdk.ts`, 'google-auth-library', 'no-sdk-on-nodes'),
  importedFrom(`${aws}/container.ts`, 'inversify', 'containers-in-driver'),
  importedFrom(`${aws}/container.spec.ts`, 'reflect-metadata', 'containers-in-driver'),
  importedFrom(`${core}/package.ts`, '@lustre-csi/driver', 'core-stands-alone'),
  importedFrom('packages/driver/src/cloud.ts', '@lustre-csi/provider-generic', 'libraries-import-core'),
  importedFrom('packages/driver/src/cloud.spec.ts', '@lustre-csi/provider-aws-fsx', 'libraries-import-core'),
  importedFrom(`${generic}/cloud.ts`, '@lustre-csi/provider-aws-fsx', 'libraries-import-core'),
  importedFrom('packages/cloud-emulator/src/a.ts', '@lustre-csi/core', 'emulator-stands-alone'),
  importedFrom(`${aws}/emulated.ts`, '@lustre-csi/cloud-emulator', 'emulator-in-tests'),
  importedFrom(`${core}/node/fixture.ts`, '../testing/fixture.js', 'testing-in-tests'),
  importedFrom('packages/driver/src/contract.ts', '@lustre-csi/core/testing', 'testing-in-tests'),
  importedFrom('packages/driver/src/files.spec.ts', '@lustre-csi/core/dist/index.js', 'exports-not-files'),
  [
    `${core}/lazy.ts`,
    "export type Client = import('@grpc/grpc-js').Client;\nexport const lazy = (): unknown => import('node:child_process');\n",
    'places/grpc-in-rpc',
    "'@grpc/grpc-js': ",
  ],
];

const otherViolations: Planted[] = [
  [
    'packages/driver/src/a.ts',
    'export const a = process.env;\n',
    'no-restricted-properties',
    "'process.env'",
  ],
  [`${core}/a.ts`, 'export const a = process.argv;\n', 'no-restricted-properties', "'process.argv'"],
  [`${core}/star.ts`, "export * from './model/thing.js';\n", 'no-restricted-syntax', 'Name each export'],
  [`${core}/default.ts`, 'export default 1;\n', 'no-restricted-syntax', 'Export by name'],
  [
    `${core}/as-default.ts`,
    'const a = 1;\nexport { a as default };\n',
    'no-restricted-syntax',
    'Export by name',
  ],
  [`${core}/long.ts`, lines(301), 'max-lines', 'Maximum allowed is 300'],
  [`${core}/long.spec.ts`, lines(501), 'max-lines', 'Maximum allowed is 500'],
  [`${core}/log.ts`, "console.log('a');\n", 'no-console', 'Unexpected console'],
];

const table = 'export const table: Record<string, number> = { a: 1 };\n';
const TEXT_KEYS = 'literal-keys/no-text-keys';
const named = 'export const named = (name: string): unknown =>';

const literalKeyViolations: Planted[] = [
  [`${core}/model/table.ts`, `${table}${named} table[name];\n`, TEXT_KEYS, "'table' is an object literal"],
  [`${core}/model/in.ts`, `${table}${named} name in table;\n`, TEXT_KEYS, 'Object.hasOwn(table, name)'],
  [
    `${aws}/plan/imported.ts`,
    `import { counts } from './counts.js';\n${named} counts[name.trim()];\n`,
    TEXT_KEYS,
    "'name.trim()' may be 'constructor'",
  ],
  [
    `${azure}/plan/frozen.ts`,
    `const table = Object.freeze({ a: 1 } as Record<string, number>);\n${named} table[name];\n`,
    TEXT_KEYS,
    "'table' is an object literal",
  ],
];

const clean: Record<string, string> = {
  [`${aws}/plan/counts.ts`]: 'export const counts: Record<string, number> = { a: 1 };\n',
  [`${core}/model/own-keys.ts`]:
    `${table}${named} (Object.hasOwn(table, name) ? table[name] : undefined);\n` +
    'const map = new Map(Object.entries(table));\n' +
    "export const known = (key: 'a'): unknown => [table[key], map.get(key)];\n" +
    'const bare: Record<string, unknown> = { __proto__: null, a: 1 };\n' +
    'export const found = (name: string): unknown => bare[name];\n' +
    'export const given = (context: Record<string, string>, name: string): unknown => context[name];\n',
  [`${core}/model/clean.ts`]: importing('../errors/thing.js'),
  [`${core}/mount/clean.ts`]: ['../process', '../concurrency', '../model', './client']
    .map((room) => importing(`${room}/thing.js`))
    .join(''),
  [`${core}/node/clean.ts`]: importing('../mount/client/thing.js') + importing('../provider/thing.js'),
  [`${core}/volume/clean.ts`]: importing('../directory/thing.js'),
  [`${core}/directory/clean.ts`]: importing('./registry/thing.js') + importing('../mount/thing.js'),
  [`${core}/request/clean.ts`]: importing('../gen/thing.js'),
  [`${core}/rpc/clean.ts`]: importing('../node/thing.js') + importing('@grpc/grpc-js'),
  [`${core}/model/clean.spec.ts`]: importing('../rpc/thing.js') + importing('vitest') + lines(400),
  [`${core}/process/command.ts`]: importing('node:child_process'),
  [`${core}/mount/sub-directory.child.ts`]: `${importing('node:child_process')}export const a = process.argv;\n`,
  [`${core}/index.ts`]:
    "export { thing } from './model/thing.js';\nexport * as provider from './provider/thing.js';\n",
  [`${aws}/api/clean.ts`]: importing('@aws-sdk/client-fsx') + importing('@lustre-csi/core'),
  [`${azure}/operations/clean.ts`]: importing('@azure/identity') + importing('../plan/thing.js'),
  [`${aws}/clean.spec.ts`]: importing('@lustre-csi/cloud-emulator') + importing('@lustre-csi/core/testing'),
  'packages/driver/src/config/clean.ts': 'export const a = process.env;\nexport const b = process.argv;\n',
  'packages/driver/src/clean.ts': importing('inversify') + importing('@lustre-csi/core/server'),
  'packages/lustre-csi/src/main.ts':
    importing('@lustre-csi/driver') + importing('@lustre-csi/provider-aws-fsx'),
  'packages/conformance/src/clean.ts':
    importing('@lustre-csi/cloud-emulator') + importing('node:child_process'),
};

const planted = [...zoneViolations, ...placeViolations, ...literalKeyViolations, ...otherViolations];

describe('ESLint on planted violations', () => {
  let tree: PlantedTree;
  let findings: string[];

  beforeAll(() => {
    tree = new PlantedTree({
      ...base,
      ...clean,
      ...Object.fromEntries(planted.map(([file, text]) => [file, text])),
    });
    findings = tree.eslint();
  });
  afterAll(() => tree.remove());

  it('has each planted file once', () => {
    const names = planted.map(([file]) => file);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name in base || name in clean)).toEqual([]);
  });

  it.each(planted)('reports %s: %j by %s', (file, _text, rule, message) => {
    const found = findings.filter((finding) => finding.startsWith(`${file} `));
    expect(found).toContainEqual(expect.stringContaining(`${file} ${rule}: `));
    expect(found.find((finding) => finding.includes(` ${rule}: `))).toContain(message);
  });

  it('reports a dynamic import and the type of an import', () => {
    const found = findings.filter((finding) => finding.startsWith(`${core}/lazy.ts places/`));
    expect(found).toHaveLength(2);
    expect(found[1]).toContain('places/processes-in-command');
  });

  it('reports nothing else', () => {
    const files = planted.map(([file]) => file);
    expect(findings.filter((finding) => !files.some((file) => finding.startsWith(`${file} `)))).toEqual([]);
  });

  it.each(zones)('has a violation of the zone $target', ({ target }) => {
    const directory = target.slice('./'.length);
    expect(zoneViolations.map(([file]) => file)).toContainEqual(
      expect.stringMatching(`^${directory}/[a-z]+\\.ts$`),
    );
  });

  it.each(Object.keys(places))('has a violation of %s', (place) => {
    expect(placeViolations.map(([, , rule]) => rule)).toContain(`places/${place}`);
  });
});
