import { lustreOperations } from '../api/lustre-operations.js';

/** Builds the IAM role of the controller's service account for `gcloud iam roles create --file`: the permissions that its
 *  calls need, and no others. Nodes need none. */
export function roleDefinition(): object {
  const permissions = Object.values(lustreOperations).flatMap((operation) => operation.permissions);
  return {
    title: 'Lustre CSI driver for Managed Lustre',
    description: 'Creates, expands, changes and deletes Managed Lustre instances for Kubernetes volumes.',
    stage: 'GA',
    includedPermissions: [...new Set(permissions)].sort(),
  };
}
