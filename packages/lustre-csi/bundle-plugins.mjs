// Plugins of esbuild for the bundle: what it leaves out, loads on use, and keeps together.
import { join, relative } from 'node:path';

/** Replaces the place of child programs, which core counts from its own package. */
export const childrenBeside = {
  name: 'children-beside',
  setup({ onLoad }) {
    onLoad({ filter: /core\/dist\/process\/child-program\.js$/ }, () => ({
      contents:
        "import { fileURLToPath } from 'node:url';\n" +
        'export const childProgram = (name) =>\n' +
        '  fileURLToPath(new URL(`../children/${name}.child.js`, import.meta.url));\n' +
        'export const nativeProgram = (name) =>\n' +
        '  fileURLToPath(new URL(`../native/${process.arch}/${name}`, import.meta.url));\n',
    }));
  },
};

/** Leaves out the threads that the log could write in: it writes synchronously. */
export const withoutLogThreads = {
  name: 'without-log-threads',
  setup({ onResolve, onLoad }) {
    const namespace = 'without-log-threads';
    onResolve({ filter: /^(?:worker_threads|\.\/(?:lib\/)?transport)$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/pino/')
        ? { path: path.replace(/^\.\/(?:lib\/)?/, ''), namespace }
        : undefined,
    );
    onLoad({ filter: /^worker_threads$/, namespace }, () => ({ contents: 'exports.isMainThread = true;' }));
    onLoad({ filter: /^transport$/, namespace }, () => ({
      contents:
        "module.exports = () => { throw new Error('the bundle contains no transports of the log'); };",
    }));
  },
};

/** Leaves out the reader of .proto files, which grpc-js loads for services that the driver does not serve: channelz and ORCA. */
export const withoutProtoLoader = {
  name: 'without-proto-loader',
  setup({ onResolve, onLoad }) {
    const namespace = 'left-out';
    onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path }) => ({ path, namespace }));
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `throw new Error('the bundle contains no ${path}: nothing in it reads .proto files');`,
    }));
  },
};

/** Loads the reader of YAML with the first text to read: few StorageClasses have one. Reading is synchronous, and so is loading. */
export const yamlOnUse = {
  name: 'yaml-on-use',
  setup({ onResolve, onLoad }) {
    const namespace = 'yaml-on-use';
    onResolve({ filter: /^yaml$/ }, ({ path }) => ({ path, namespace }));
    onResolve({ filter: /^\.\/yaml\.cjs$/, namespace }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace }, () => ({
      contents: ['parse', 'parseAllDocuments']
        .map((name) => `export const ${name} = (...values) => require('./yaml.cjs').${name}(...values);`)
        .join('\n'),
    }));
  },
};

/**
 * Keeps the modules of every start in few chunks. esbuild makes a chunk of each set of modules that the same entries reach, which
 * would be thirty for the start, and finding and linking them would take as long as running them. So each chunk that loads on
 * use names the start, which is loaded by then.
 * @param start module that all entries import
 * @param directory directory to which names are relative: those of chunks depend on the path, and must not on the place of the build
 */
export const startInFewChunks = (start, directory) => ({
  name: 'start-in-few-chunks',
  setup({ onResolve, onLoad, resolve }) {
    const namespace = 'on-use';
    onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      const isOurs = kind === 'dynamic-import' && !importer.includes('/node_modules/');
      if (!isOurs || pluginData === namespace) return undefined;
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: namespace });
      const isInside = found.errors.length === 0 && !found.external;
      return isInside ? { path: relative(directory, found.path), namespace } : found;
    });
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `import ${JSON.stringify(start)}; export * from ${JSON.stringify(join(directory, path))};`,
      resolveDir: directory,
    }));
  },
});
