// Writes docs/reference/flags.md from the flag tables. src/docs/flag-reference.spec.ts fails if it is out of date.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { providers } from '@lustre-csi/lustre-csi';
import { format } from 'prettier';
import { flagReference } from '../dist/docs/flag-reference.js';

const path = fileURLToPath(new URL('../../../docs/reference/flags.md', import.meta.url));
writeFileSync(path, await format(flagReference(providers), { parser: 'markdown', printWidth: 110 }));
