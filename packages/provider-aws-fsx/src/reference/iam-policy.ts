import type { Permission } from '../api/aws-operation.js';
import { ec2Operations } from '../api/ec2-operations.js';
import { fsxOperations } from '../api/fsx-operations.js';
import { diagnosisOperations } from '../diagnosis/diagnosis-operations.js';

/** A statement of an IAM policy (IAM User Guide, JSON policy elements). */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: object;
}

/** Builds the IAM policy of the controller: the permissions that its calls need, and no others. Nodes need none. */
export function iamPolicy(): { readonly Version: string; readonly Statement: readonly Statement[] } {
  const operations = [
    ...Object.values(fsxOperations),
    ...Object.values(ec2Operations),
    ...Object.values(diagnosisOperations),
  ];
  const permissions = operations.flatMap((operation): readonly Permission[] => operation.permissions);
  const byTerms = new Map<string, Permission[]>();
  for (const permission of merged(permissions)) {
    const terms = JSON.stringify([permission.resources, permission.condition]);
    byTerms.set(terms, [...(byTerms.get(terms) ?? []), permission]);
  }
  return { Version: '2012-10-17', Statement: [...byTerms.values()].map(statementOf) };
}

/** Merges permissions into one for each action and condition, with the resources of all calls that need it. */
function merged(permissions: readonly Permission[]): readonly Permission[] {
  const byAction = new Map<string, Permission>();
  for (const permission of permissions) {
    const key = JSON.stringify([permission.action, permission.condition]);
    const resources = [...(byAction.get(key)?.resources ?? []), ...permission.resources];
    byAction.set(key, { ...permission, resources: [...new Set(resources)].sort() });
  }
  return [...byAction.values()];
}

function statementOf(permissions: readonly Permission[]): Statement {
  const [{ resources, condition } = { resources: [], condition: undefined }] = permissions;
  return {
    Effect: 'Allow',
    Action: permissions.map(({ action }) => action).sort(),
    Resource: resources,
    ...(condition ? { Condition: condition } : {}),
  };
}
