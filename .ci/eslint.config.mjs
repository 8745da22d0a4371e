import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { zones } from './lint/directions.mjs';
import { literalKeysPlugin } from './lint/literal-keys-plugin.mjs';
import { placesConfigs } from './lint/places-plugin.mjs';

const tests = ['**/*.spec.ts', '**/testing/**/*.ts'];
/** Specifiers end in `.js` while the files are `.ts`: without this no zone ever matches. */
const resolver = createNodeResolver({
  extensions: ['.ts', '.js'],
  extensionAlias: { '.js': ['.ts', '.js'] },
});
const processInput = ['argv', 'env'].map((property) => ({
  object: 'process',
  property,
  message: 'Only packages/driver/src/config reads the arguments and the environment.',
}));

export default tseslint.config(
  {
    // Alone in its object: with any other key, the patterns would hold for that key only.
    ignores: [
      '.ci/**/*.ts',
      '**/dist/**',
      '**/bundle/**',
      '**/node_modules/**',
      '**/.turbo/**',
      'reports/**',
      'packages/core/src/gen/**',
      // Programs outside of the workspace: a test compiles them against the packed packages.
      'packages/conformance/fixtures/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    ignores: ['.ci/**'],
    extends: [...tseslint.configs.recommendedTypeChecked],
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
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration[exported=null]', message: 'Name each export.' },
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'ExportSpecifier[exported.name="default"]', message: 'Export by name.' },
      ],
    },
  },
  {
    // Rooms of the product; a spec may come from anywhere.
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [resolver] },
    rules: { 'import-x/no-restricted-paths': ['error', { zones }] },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    // A child entry has its task in its arguments. The emulator and the conformance suites are programs of their own.
    ignores: [
      'packages/driver/src/config/**',
      'packages/conformance/**',
      'packages/cloud-emulator/**',
      '**/*.child.ts',
      ...tests,
    ],
    rules: { 'no-restricted-properties': ['error', ...processInput] },
  },
  {
    // Users choose parameter names, values, tags and paths: text of theirs is never a key of an object literal.
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    plugins: { 'literal-keys': literalKeysPlugin },
    rules: { 'literal-keys/no-text-keys': 'error' },
  },
  ...placesConfigs,
  {
    // A describe block is as long as its cases.
    files: tests,
    rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', { max: 500 }] },
  },
);
