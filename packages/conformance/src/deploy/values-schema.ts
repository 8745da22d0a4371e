import type { ChartValue } from './values-file.js';

interface ObjectSchema {
  type: 'object';
  additionalProperties: boolean;
  properties: Record<string, unknown>;
}

/** JSON schema of the values: helm refuses other keys and types before it renders. */
export function valuesSchema(values: readonly ChartValue[]): object {
  const root = section();
  for (const value of values) {
    const parents = value.path.slice(0, -1);
    const parent = parents.reduce((node, key) => childOf(node, key), root);
    parent.properties[value.path.at(-1) ?? ''] = schemaOf(value);
  }
  restrictDaemonSets(root);
  // Helm passes both to the chart where it is a dependency of another one.
  root.properties['global'] = { type: 'object' };
  root.properties['enabled'] = { type: ['boolean', 'null'] };
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values of lustre-csi', ...root };
}

/** Each further DaemonSet takes values of the node plugin, but the account, which all of them share. */
function restrictDaemonSets({ properties }: ObjectSchema): void {
  const { node, image, lustreClient, additionalDaemonSets } = properties as Record<
    string,
    ObjectSchema | undefined
  >;
  if (!node || !additionalDaemonSets) return;
  const { enabled: _, serviceAccount: __, ...own } = node.properties;
  Object.assign(additionalDaemonSets, {
    propertyNames: { pattern: '^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$' },
    additionalProperties: { ...section(), properties: { ...own, image, lustreClient } },
  });
}

const section = (): ObjectSchema => ({ type: 'object', additionalProperties: false, properties: {} });

function childOf(node: ObjectSchema, key: string): ObjectSchema {
  node.properties[key] ??= section();
  return node.properties[key] as ObjectSchema;
}

function schemaOf({ default: value, description, schema }: ChartValue): object {
  if (value === null && schema['type'] === undefined) throw new Error(`${description}: null needs a type`);
  return { description, type: typeOf(value), ...schema };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return 'integer';
  return typeof value;
}
