import { managedLustreParameterSchema } from '../parameters/parameters.js';
import { parameterReference } from './parameter-reference.js';
import { roleDefinition } from './role-definition.js';

/** Files generated from the declarations of this package: path below the root of the repository to content, before
 *  formatting. `scripts/generate.mjs` writes them; a test fails where one is stale. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'deploy/google-lustre/role-definition.json': JSON.stringify(roleDefinition()),
  'docs/reference/google-lustre-parameters.md': parameterReference(),
  'docs/reference/google-lustre-parameters.schema.json': JSON.stringify(
    managedLustreParameterSchema.jsonSchema(),
  ),
});
