import { parameterReference } from './parameter-reference.js';
import { amlParameterSchema } from '../parameters/parameters.js';
import { roleDefinition } from './role-definition.js';

/** Files generated from the declarations of this package: path below the root of the repository to content, before
 *  formatting. `scripts/generate.mjs` writes them; a test fails where one is stale. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'deploy/azure-amlfs/role-definition.json': JSON.stringify(roleDefinition()),
  'docs/reference/azure-amlfs-parameters.md': parameterReference(),
  'docs/reference/azure-amlfs-parameters.schema.json': JSON.stringify(amlParameterSchema.jsonSchema()),
});
