import { armOperations, dataJobOperations } from '../api/arm-operations.js';
import { diagnosisOperations } from '../api/diagnosis-operations.js';

/** Part of an operation that a role needs. */
interface Permitted {
  readonly permissions: readonly string[];
}

/** Every operation that the code calls. */
const operations: readonly Permitted[] = [
  ...Object.values(armOperations),
  ...Object.values(dataJobOperations).flatMap((kind) => Object.values(kind)),
  ...Object.values(diagnosisOperations),
];

/** Actions that the calls of the controller need. */
export const neededActions = (): readonly string[] =>
  [...new Set(operations.flatMap(({ permissions }) => permissions))].sort();

/** Builds the Azure role of the controller's identity for `az role definition create`: the actions that its calls need,
 *  and no others. Nodes need none. The administrator fills in the scopes. */
export function roleDefinition(): object {
  return {
    Name: 'Lustre CSI driver for Azure Managed Lustre',
    IsCustom: true,
    Description:
      'Creates, expands, changes and deletes Azure Managed Lustre file systems for Kubernetes volumes. Assign it on the ' +
      'subscription: the driver reads SKUs, quota, subnet checks and the list of all volumes from it as a whole.',
    Actions: neededActions(),
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: ['/subscriptions/00000000-0000-0000-0000-000000000000'],
  };
}
