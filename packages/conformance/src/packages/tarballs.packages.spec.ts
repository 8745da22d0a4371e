// Tarballs, as npm publishes them.
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, it } from 'vitest';
import { filesBelow, readManifest, root } from './packed-packages.js';
import { runTool } from './run-tool.js';

const packed = inject('packed');

it('packs the library, the executable, the providers and the emulator', () => {
  expect(packed.map(({ name }) => name)).toEqual([
    '@lustre-csi/cloud-emulator',
    '@lustre-csi/core',
    '@lustre-csi/driver',
    '@lustre-csi/lustre-csi',
    '@lustre-csi/provider-aws-fsx',
    '@lustre-csi/provider-azure-amlfs',
    '@lustre-csi/provider-generic',
    '@lustre-csi/provider-google-lustre',
    '@lustre-csi/provider-oci-lustre',
  ]);
});

/** Statements, and imports inside of expressions and types: the compiler writes each in one line. */
const IMPORT = [
  /^(?:import|export) (?:[\w*{][^'"\n]* from )?['"]([^'"\n]+)['"]/gm,
  /\bimport\(['"]([^'"\n]+)['"]\)/g,
];

/** Returns the modules that a JavaScript or declaration file imports. */
const specifiersOf = (text: string): readonly string[] =>
  IMPORT.flatMap((pattern) => [...text.matchAll(pattern)].flatMap(([, specifier = '']) => specifier));

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

describe.each(packed)('$name', ({ name, directory, tarball, extracted }) => {
  const manifest = readManifest(extracted);
  const files = filesBelow(extracted);
  const read = (path: string): string => readFileSync(join(extracted, path), 'utf8');

  it('carries its license, its readme and its changelog', () => {
    expect(manifest.license).toBe('Apache-2.0');
    expect(read('LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    expect(read('README.md')).toMatch(new RegExp(`^# ${name}\n`));
    expect(read('CHANGELOG.md')).toMatch(new RegExp(`^# Changelog of ${name}\n[^]*${manifest.version}`));
  });

  it('names the repository, its page and the issue tracker, as the root does', () => {
    const { repository, homepage, bugs, keywords = [] } = manifest;
    const own = readManifest(root);
    const address = own.repository.url.replace(/^git\+|\.git$/g, '');
    expect(address).toMatch(/^https:\/\//);
    expect(repository).toEqual({ ...own.repository, directory });
    expect(homepage).toBe(`${address}/tree/main/${directory}#readme`);
    expect(bugs).toEqual({ url: `${address}/issues` });
    expect(keywords).toEqual(expect.arrayContaining(['csi', 'lustre']));
  });

  it('holds built files alone: no spec, no source, no support of its own specs', () => {
    expect(files.length).toBeGreaterThan(8);
    const exported = Object.keys(manifest.exports).includes('./testing') ? /^dist\/testing\// : /^$/;
    const unwanted = files.filter(
      (path) =>
        /\.spec\.|tsbuildinfo|tsconfig|^src\//.test(path) ||
        (/\/testing\//.test(path) && !exported.test(path)),
    );
    expect(unwanted).toEqual([]);
  });

  it('imports only packages that it declares', () => {
    const declared = [name, ...Object.keys(manifest.dependencies ?? {})];
    const code = files.filter((path) => /\.(js|d\.ts)$/.test(path));
    const imported = new Set(code.flatMap((path) => specifiersOf(read(path))));
    expect(imported.size).toBeGreaterThan(3);
    const foreign = [...imported].filter((specifier) => !/^[./]/.test(specifier) && !isBuiltin(specifier));
    expect([...new Set(foreign.map(packageOf))].filter((other) => !declared.includes(other))).toEqual([]);
  });

  it('has source maps that hold their sources', () => {
    const scripts = files.filter((path) => path.startsWith('dist/') && path.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(read(script))?.[1];
      expect(map, script).toBeDefined();
      const { sources, sourcesContent = [] } = JSON.parse(read(join(dirname(script), map ?? ''))) as {
        readonly sources: readonly string[];
        readonly sourcesContent?: readonly (string | null)[];
      };
      expect(sources.length, script).toBeGreaterThan(0);
      expect(
        sources.filter((_, index) => typeof sourcesContent[index] !== 'string'),
        script,
      ).toEqual([]);
    }
  });

  it('mentions no schema library in its public types', () => {
    const entries = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' ? [] : [normalize(entry.types)],
    );
    const reached = new Set(entries);
    for (const path of reached) {
      for (const specifier of specifiersOf(read(path)).filter((one) => one.startsWith('.'))) {
        const declaration = join(dirname(path), specifier.replace(/\.js$/, '.d.ts'));
        if (existsSync(join(extracted, declaration))) reached.add(declaration);
      }
    }
    expect(reached.size).toBeGreaterThanOrEqual(entries.length);
    expect([...reached].filter((path) => specifiersOf(read(path)).some((one) => /^zod\b/.test(one)))).toEqual(
      [],
    );
  });

  it('is clean for publint', async () => {
    const { messages } = await publint({ pkgDir: extracted, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('is clean for attw', async () => {
    const attw = join(root, 'node_modules/.bin/attw');
    await runTool(attw, [tarball, '--profile', 'esm-only', '--format', 'ascii'], { cwd: root });
  });
});
