import { parameterReference } from './parameter-reference.js';
import { directoryClassSchema } from '../parameters/parameters.js';

/** Files generated from the declarations of this package: path below the root of the repository to content, before
 *  formatting. `scripts/generate.mjs` writes them; a test fails where one is stale. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'docs/reference/generic-parameters.md': parameterReference(),
  'docs/reference/generic-parameters.schema.json': JSON.stringify(directoryClassSchema.jsonSchema()),
});
