import type { Parameter, ParameterSchema } from './parameters.js';

/** The parameters of a schema for a reference page, in Markdown: a heading and all that each says of itself, in the
 *  order of the alphabet.
 *  @param isMutable whether a parameter may stand in a VolumeAttributesClass; absent: the page does not say */
export function parameterSections(
  { parameters }: Pick<ParameterSchema, 'parameters'>,
  isMutable?: (name: string) => boolean,
): readonly string[] {
  return Object.entries(parameters)
    .sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    .flatMap(([name, parameter]) => [`### ${name}`, section(name, parameter, isMutable?.(name))]);
}

function section(name: string, parameter: Parameter<unknown>, mutable: boolean | undefined): string {
  const { description, legal, defaultsTo, example, aliases = [] } = parameter;
  const facts = [
    `- Type: ${typeOf(parameter)}`,
    `- Legal: ${legal}`,
    `- Default: ${defaultsTo ?? 'none'}`,
    ...(mutable === undefined ? [] : [`- Mutable: ${mutable ? 'yes, in a VolumeAttributesClass' : 'no'}`]),
    ...(aliases.length > 0 ? [`- Also spelled: ${aliases.map((alias) => `\`${alias}\``).join(', ')}`] : []),
    `- Example: \`${name}: ${JSON.stringify(example)}\``,
  ];
  return `${description}\n\n${facts.join('\n')}`;
}

/** Kind of value that a parameter stands for, read from its own example. */
function typeOf({ read, example }: Parameter<unknown>): string {
  const value: unknown = read(example);
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'whole number';
  return typeof value === 'string' ? 'text' : 'KEY=VALUE pairs';
}
