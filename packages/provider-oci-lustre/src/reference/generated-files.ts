import { lustreParameterSchema } from '../parameters/parameters.js';
import { parameterReference } from './parameter-reference.js';
import { policy } from './policy.js';

/** Files generated from the declarations of this package: path below the root of the repository to content, before
 *  formatting. `scripts/generate.mjs` writes them; a test fails where one is stale. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'deploy/oci-lustre/policy.txt': policy(),
  'docs/reference/oci-lustre-parameters.md': parameterReference(),
  'docs/reference/oci-lustre-parameters.schema.json': JSON.stringify(lustreParameterSchema.jsonSchema()),
});
