import { armOperations, dataJobOperations } from '../api/arm-operations.js';

/** What an operation needs in a role. */
interface Permitted {
  readonly permissions: readonly string[];
}

/** Every call that the code makes. */
const operations: readonly Permitted[] = [
  ...Object.values(armOperations),
  ...Object.values(dataJobOperations).flatMap((kind) => Object.values(kind)),
];

/** The Azure role of the controller's identity, as `az role definition create` takes it: what its calls need, and
 *  nothing else. Nodes need none. The scopes are the reader's to fill in. */
export function roleDefinition(): object {
  const actions = [...new Set(operations.flatMap(({ permissions }) => permissions))].sort();
  return {
    Name: 'Lustre CSI driver for Azure Managed Lustre',
    IsCustom: true,
    Description:
      'Creates, expands, changes and deletes Azure Managed Lustre file systems for Kubernetes volumes. Assign it on the ' +
      'subscription: SKUs, quota, subnet checks and the list of all volumes are asked of it as a whole.',
    Actions: actions,
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: ['/subscriptions/00000000-0000-0000-0000-000000000000'],
  };
}
