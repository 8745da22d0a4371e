import { parameterReference } from './parameter-reference.js';
import { directoryClassSchema } from '../parameters/parameters.js';

/** What is generated from this package's declarations: path below the repository's root to content, before
 *  formatting. `scripts/generate.mjs` writes it; a test fails where it is not what stands there. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'docs/reference/generic-parameters.md': parameterReference(),
  'docs/reference/generic-parameters.schema.json': JSON.stringify(directoryClassSchema.jsonSchema()),
});
