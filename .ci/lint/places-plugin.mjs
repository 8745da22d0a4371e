import { places } from './places.mjs';

/** Rule that reports each import of the modules, types and dynamic imports included. */
const ruleOf = ({ modules, message }) => ({
  meta: { type: 'problem', schema: [], messages: { refused: `'{{module}}': ${message}` } },
  create(context) {
    const check = (source) => {
      if (typeof source?.value === 'string' && modules.test(source.value)) {
        context.report({ node: source, messageId: 'refused', data: { module: source.value } });
      }
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
      TSExternalModuleReference: (node) => check(node.expression),
    };
  },
});

export const placesPlugin = {
  rules: Object.fromEntries(Object.entries(places).map(([name, entry]) => [name, ruleOf(entry)])),
};

/** One part of the configuration for each entry of `places`. */
export const placesConfigs = Object.entries(places).map(([name, entry]) => ({
  files: entry.in ?? ['**/*.ts'],
  ignores: ['.ci/**', ...(entry.except ?? [])],
  plugins: { places: placesPlugin },
  rules: { [`places/${name}`]: 'error' },
}));
