import { expect, it } from 'vitest';
import { parameterSections } from './parameter-reference.js';
import { ParameterSchema, parameter } from './parameters.js';

const schema = new ParameterSchema('x.csi.example.com', {
  zone: parameter.string({
    description: 'Where.',
    example: '1',
    legal: 'a number',
    pattern: /^\d$/,
    aliases: ['zones', 'z'],
  }),
  count: parameter.integer({ description: 'How many.', example: '3', min: 1, max: 9, defaultsTo: '2' }),
  Also: parameter.boolean({ description: 'Whether.', example: 'true' }),
  names: parameter.list({ description: 'Which.', example: 'a,b', item: /^[a-z]$/, legal: 'letters' }),
  tags: parameter.parsed({
    description: 'Tags.',
    example: 'a=b',
    legal: 'pairs',
    read: (line) => ({ line }),
  }),
});

it('describes each parameter completely, in alphabetical order', () => {
  const sections = parameterSections(schema, (name) => name === 'count');
  expect(sections.filter((part) => part.startsWith('### '))).toEqual([
    '### Also',
    '### count',
    '### names',
    '### tags',
    '### zone',
  ]);
  expect(sections[3]).toBe(
    'How many.\n\n- Type: whole number\n- Legal: a whole number from 1 to 9\n- Default: 2\n' +
      '- Mutable: yes, in a VolumeAttributesClass\n- Example: `count: "3"`',
  );
  expect(sections[9]).toBe(
    'Where.\n\n- Type: text\n- Legal: a number\n- Default: none\n- Mutable: no\n' +
      '- Also spelled: `zones`, `z`\n- Example: `zone: "1"`',
  );
  const types = sections.flatMap((part) => /- Type: (.*)/.exec(part)?.[1] ?? []);
  expect(types).toEqual(['boolean', 'whole number', 'list', 'KEY=VALUE pairs', 'text']);
});

it('leaves out mutability if the page does not request it', () => {
  expect(parameterSections(schema).join()).not.toContain('Mutable');
});
