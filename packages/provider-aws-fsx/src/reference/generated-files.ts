import { iamPolicy } from './iam-policy.js';
import { parameterJsonSchema, parameterReference } from './parameter-reference.js';

/** Files generated from the declarations of this package: path below the root of the repository to content, before
 *  formatting. `scripts/generate.mjs` writes them; a test fails where one is stale. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'deploy/aws-fsx/iam-policy.json': JSON.stringify(iamPolicy()),
  'docs/reference/aws-fsx-parameters.md': parameterReference(),
  'docs/reference/aws-fsx-parameters.schema.json': JSON.stringify(parameterJsonSchema()),
});
