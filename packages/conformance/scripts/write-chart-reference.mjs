// Writes values.schema.json and the tables in the README of the chart from its values.yaml.
// src/deploy/chart-reference.spec.ts fails if they are out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { readmeWithValues } from '../dist/deploy/chart-readme.js';
import { chartValues } from '../dist/deploy/values-file.js';
import { valuesSchema } from '../dist/deploy/values-schema.js';

const chart = fileURLToPath(new URL('../../../deploy/helm/lustre-csi', import.meta.url));
const values = chartValues(readFileSync(`${chart}/values.yaml`, 'utf8'));
const style = { printWidth: 110, singleQuote: true };
const schema = JSON.stringify(valuesSchema(values));
writeFileSync(`${chart}/values.schema.json`, await format(schema, { parser: 'json', ...style }));
const readme = readmeWithValues(readFileSync(`${chart}/README.md`, 'utf8'), values);
writeFileSync(`${chart}/README.md`, await format(readme, { parser: 'markdown', ...style }));
