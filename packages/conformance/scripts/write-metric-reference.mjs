// Writes docs/reference/metrics.md from the declarations of the metrics. src/docs/metric-reference.spec.ts fails if it is out
// of date.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { metricReference } from '../dist/docs/metric-reference.js';

const path = fileURLToPath(new URL('../../../docs/reference/metrics.md', import.meta.url));
writeFileSync(path, await format(metricReference(), { parser: 'markdown', printWidth: 110 }));
