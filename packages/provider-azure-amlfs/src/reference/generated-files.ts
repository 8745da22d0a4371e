import { parameterReference } from './parameter-reference.js';
import { amlParameterSchema } from '../parameters/parameters.js';
import { roleDefinition } from './role-definition.js';

/** What is generated from this package's declarations: path below the repository's root to content, before
 *  formatting. `scripts/generate.mjs` writes it; a test fails where it is not what stands there. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'deploy/azure-amlfs/role-definition.json': JSON.stringify(roleDefinition()),
  'docs/reference/azure-amlfs-parameters.md': parameterReference(),
  'docs/reference/azure-amlfs-parameters.schema.json': JSON.stringify(amlParameterSchema.jsonSchema()),
});
