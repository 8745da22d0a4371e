import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Modules that only one place may import: [what, message]. */
const grpc = { name: '@grpc/grpc-js', message: 'Only packages/core/src/rpc speaks gRPC.' };
const spawn = [
  { name: 'node:child_process', message: 'Only packages/core/src/node/command.ts starts processes.' },
  { name: 'child_process', message: 'Only packages/core/src/node/command.ts starts processes.' },
];
const otherSources = {
  group: ['@lustre-csi/*/src/*', '@lustre-csi/*/dist/*'],
  message: 'Import what the package exports, not its files.',
};
const cloudSdks = {
  group: ['@aws-sdk/*', '@azure/*'],
  message: 'Cloud SDKs stay inside their provider package.',
};

/** core: rpc -> request | volume | node -> provider | errors | concurrency. */
const coreZones = [
  { target: './packages/core/src/errors', from: './packages/core/src', except: ['./errors'] },
  {
    target: './packages/core/src/concurrency',
    from: './packages/core/src',
    except: ['./concurrency', './errors'],
  },
  {
    target: './packages/core/src/{provider,volume,node,request}',
    from: './packages/core/src/rpc',
  },
  { target: './packages/core/src/provider', from: './packages/core/src/{request,node}' },
  { target: './packages/core/src/volume', from: './packages/core/src/{node,gen}' },
  { target: './packages/core/src/node', from: './packages/core/src/gen' },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.turbo/**', 'packages/core/src/gen/**'] },
  {
    files: ['**/*.ts'],
    ignores: ['.ci/**'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'import-x/no-restricted-paths': ['error', { zones: coreZones }],
      'no-restricted-imports': ['error', { paths: [grpc, ...spawn], patterns: [otherSources, cloudSdks] }],
    },
  },
  {
    files: ['packages/core/src/rpc/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: spawn, patterns: [otherSources, cloudSdks] }] },
  },
  {
    files: ['packages/core/src/node/command.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [grpc], patterns: [otherSources, cloudSdks] }] },
  },
  {
    files: ['packages/provider-*/src/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [grpc, ...spawn], patterns: [otherSources] }] },
  },
  {
    // The emulator, the conformance runner and the examples start processes of their own; they are not the product.
    files: [
      'packages/cloud-emulator/src/**/*.ts',
      'packages/conformance/src/**/*.ts',
      'examples/**/*.ts',
    ],
    rules: { 'no-restricted-imports': ['error', { paths: [grpc], patterns: [otherSources, cloudSdks] }] },
  },
  {
    // Specs drive real processes and independent SDK clients, and a describe block is as long as its cases.
    files: ['**/*.spec.ts', '**/testing/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'no-restricted-imports': ['error', { patterns: [otherSources] }],
    },
  },
);
