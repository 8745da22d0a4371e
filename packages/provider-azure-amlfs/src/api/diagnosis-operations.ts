import { rest } from './arm-operation.js';
import type { Page } from './arm-operations.js';

/** Address of a network security group, or of a subnet. */
export interface NetworkResource {
  /** Resource id. */
  readonly id: string;
}

const network = { method: 'GET', apiVersions: ['2024-05-01'] } as const;
const byId = (_: string, { id }: NetworkResource): string => id;

/** Operations that `lustre-csi doctor` and `preflight` call besides those of the driver. They only read. */
export const diagnosisOperations = {
  /** Lists the actions that the roles of the caller allow in a resource group, those of the subscription included. */
  listPermissions: rest<{ readonly resourceGroup: string } & Page>({
    name: 'Permissions_ListForResourceGroup',
    permissions: ['Microsoft.Authorization/permissions/read'],
    method: 'GET',
    apiVersions: ['2022-04-01'],
    path: (subscriptionId, { resourceGroup }) =>
      `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}/providers/Microsoft.Authorization/permissions`,
  }),
  getSubnet: rest<NetworkResource>({
    ...network,
    name: 'Subnets_Get',
    permissions: ['Microsoft.Network/virtualNetworks/subnets/read'],
    path: byId,
  }),
  getSecurityGroup: rest<NetworkResource>({
    ...network,
    name: 'NetworkSecurityGroups_Get',
    permissions: ['Microsoft.Network/networkSecurityGroups/read'],
    path: byId,
  }),
};
