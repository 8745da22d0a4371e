// Builds `bundle/`, what `bin/` runs: the executables in chunks that load on use, so that a node loads no cloud SDK, and the
// programs that run as child processes beside them. It needs no node_modules, and starts in a third of the time and with
// two thirds of the memory.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import {
  childrenBeside,
  startInFewChunks,
  withoutLogThreads,
  withoutProtoLoader,
  yamlOnUse,
} from './bundle-plugins.mjs';

const directory = fileURLToPath(new URL('.', import.meta.url));
const bundle = join(directory, 'bundle');
const core = join(dirname(fileURLToPath(import.meta.resolve('@lustre-csi/core'))));

const entries = {
  'entries/lustre-csi': join(directory, 'dist/main.js'),
  'entries/aws-fsx-csi-driver': join(directory, 'dist/aws-fsx-csi-driver.main.js'),
  'entries/azurelustreplugin': join(directory, 'dist/azurelustreplugin.main.js'),
};

/**
 * Parts of the start that get a chunk each, for which esbuild needs an entry. Of a file of 900 kB, malloc and V8 keep 4 MB more than
 * of its parts.
 */
const parts = {
  'parts/grpc': fileURLToPath(import.meta.resolve('@grpc/grpc-js')),
  'parts/messages': join(core, 'gen/csi.js'),
  'parts/services': join(core, 'server.js'),
};

/** Module that all entries import. */
const start = join(directory, 'dist/run-lustre-csi.js');

const children = Object.fromEntries(
  readdirSync(core, { recursive: true })
    .filter((file) => file.endsWith('.child.js'))
    .map((file) => [`children/${file.slice(0, -'.js'.length)}`, join(core, file)]),
);

/** CommonJS packages call `require` for Node.js's own modules. */
const banner = {
  js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
};

const options = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  outdir: bundle,
  metafile: true,
  banner,
};

/** Directory of the package that a file belongs to. */
function packageOf(file) {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (!existsSync(join(at, 'package.json'))) continue;
    const manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
    if (manifest.name && manifest.version) return { at, manifest };
  }
  throw new Error(`${file} belongs to no package`);
}

/** Packages of others in the bundle, each once, with its licence. */
function thirdParties(inputs) {
  const found = new Map();
  for (const input of inputs) {
    const file = join(directory, input);
    if (!file.includes('/node_modules/')) continue;
    const { at, manifest } = packageOf(file);
    found.set(`${manifest.name}@${manifest.version}`, { at, manifest });
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
}

function licenceOf([id, { at, manifest }]) {
  const texts = readdirSync(at).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  const title = `${id} (${manifest.license ?? 'see its text'})`;
  const text = texts.map((name) => readFileSync(join(at, name), 'utf8').trim()).join('\n\n');
  return `${title}\n${'='.repeat(title.length)}\n\n${text}\n`;
}

rmSync(bundle, { recursive: true, force: true });
const [main, beside, yaml] = await Promise.all([
  build({
    ...options,
    absWorkingDir: directory,
    entryPoints: { ...entries, ...parts },
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    plugins: [
      childrenBeside,
      withoutProtoLoader,
      withoutLogThreads,
      yamlOnUse,
      startInFewChunks(start, directory),
    ],
  }),
  build({ ...options, absWorkingDir: directory, entryPoints: children }),
  build({
    ...options,
    absWorkingDir: directory,
    entryPoints: { 'chunks/yaml': createRequire(import.meta.resolve('@lustre-csi/driver')).resolve('yaml') },
    format: 'cjs',
    banner: {},
    outExtension: { '.js': '.cjs' },
  }),
]);

/** Files that a file of the bundle imports at once, by name, itself included. */
function loadedWith(outputs, file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const { kind, path } of outputs[file].imports)
    if (kind === 'import-statement' && path in outputs) loadedWith(outputs, path, found);
  return found;
}

/**
 * Blanks what would be found again for nothing: imports by which other files name the chunks of the start a second time, and a
 * `require` that nothing calls. Source maps stay true, since nothing moves.
 */
function blankRepetitions(outputs) {
  const started = loadedWith(outputs, 'bundle/entries/lustre-csi.js');
  const bare = /import"(?:\.\.\/chunks|\.)\/([\w-]+\.js)";/g;
  for (const output of Object.keys(outputs).filter((name) => name.endsWith('.js'))) {
    const file = join(directory, output);
    const text = readFileSync(file, 'utf8').replace(banner.js, (all, at, whole) =>
      /\brequire\b/.test(whole.slice(at + all.length)) ? all : '',
    );
    const isLater = !started.has(output) || output.startsWith('bundle/entries/');
    const blank = (all, name) =>
      isLater && started.has(`bundle/chunks/${name}`) ? ' '.repeat(all.length) : all;
    writeFileSync(file, text.replace(bare, blank));
  }
}

// Nothing loads the entries of the parts.
for (const part of Object.keys(parts)) delete main.metafile.outputs[`bundle/${part}.js`];
rmSync(join(bundle, 'parts'), { recursive: true });
blankRepetitions(main.metafile.outputs);

const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
mkdirSync(bundle, { recursive: true });
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
writeFileSync(join(bundle, 'package.json'), json({ name, version, license, type: 'module', private: true }));
const built = [main, beside, yaml].map(({ metafile }) => metafile);
const inputs = Object.assign({}, ...built.map((each) => each.inputs));
const hashOf = (input) =>
  createHash('sha256')
    .update(readFileSync(join(directory, input)))
    .digest('hex');
// The program in C beside the bundle. It is compiled again: the one of core may be older than its sources.
const compileNative = [
  join(core, '../scripts/build-native.mjs'),
  '--directory',
  join(bundle, 'native', process.arch),
];
execFileSync(process.execPath, compileNative, { stdio: 'inherit' });
const nativeSources = readdirSync(join(core, '../native')).map((name) =>
  relative(directory, join(core, '../native', name)),
);
const metafile = {
  inputs,
  outputs: Object.assign({}, ...built.map((each) => each.outputs)),
  /** SHA-256 of the files of this repository, by which tests notice that the bundle is not of the present code. */
  sources: Object.fromEntries(
    [...Object.keys(inputs), ...nativeSources]
      .filter((input) => !input.includes('node_modules/') && !input.includes(':'))
      .map((input) => [input, hashOf(input)]),
  ),
};
writeFileSync(join(directory, 'dist/bundle-metafile.json'), json(metafile));
const parties = thirdParties(Object.keys(inputs));
const withoutText = parties.filter(([, { manifest }]) => !manifest.license);
if (withoutText.length > 0)
  throw new Error(`no licence is known of ${withoutText.map(([id]) => id).join(', ')}`);
writeFileSync(join(bundle, 'THIRD-PARTY-LICENSES'), parties.map(licenceOf).join('\n'));
