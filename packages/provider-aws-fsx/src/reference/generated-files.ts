import { iamPolicy } from './iam-policy.js';
import { parameterJsonSchema, parameterReference } from './parameter-reference.js';

/** What is generated from this package's declarations: path below the repository's root to content, before
 *  formatting. `scripts/generate.mjs` writes it; a test fails where it is not what stands there. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'deploy/aws-fsx/iam-policy.json': JSON.stringify(iamPolicy()),
  'docs/reference/aws-fsx-parameters.md': parameterReference(),
  'docs/reference/aws-fsx-parameters.schema.json': JSON.stringify(parameterJsonSchema()),
});
