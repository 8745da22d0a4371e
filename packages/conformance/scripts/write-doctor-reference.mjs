// Writes docs/reference/doctor-checks.md from the checks. src/docs/doctor-reference.spec.ts fails if it is out of date.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { doctorReference } from '../dist/docs/doctor-reference.js';

const path = fileURLToPath(new URL('../../../docs/reference/doctor-checks.md', import.meta.url));
writeFileSync(path, await format(doctorReference(), { parser: 'markdown', printWidth: 110 }));
