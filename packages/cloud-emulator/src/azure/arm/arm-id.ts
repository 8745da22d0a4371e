/** ARM ids and names are case-insensitive; answers keep the case in which a thing was created. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const resourceGroupId = (subscriptionId: string, resourceGroup: string): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;

export const amlFilesystemId = (subscriptionId: string, resourceGroup: string, name: string): string =>
  `${resourceGroupId(subscriptionId, resourceGroup)}/providers/Microsoft.StorageCache/amlFilesystems/${name}`;

export const virtualNetworkId = (subscriptionId: string, resourceGroup: string, name: string): string =>
  `${resourceGroupId(subscriptionId, resourceGroup)}/providers/Microsoft.Network/virtualNetworks/${name}`;

/** Reports a fully qualified id of this type, such as `Microsoft.Network/virtualNetworks/subnets`. */
export function isIdOfType(id: string, type: string): boolean {
  const [namespace, ...types] = type.split('/');
  const pattern = types.map((segment) => `/${segment}/[^/]+`).join('');
  return new RegExp(
    `^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/${namespace ?? ''}${pattern}$`,
    'i',
  ).test(id);
}

/** Azure region names ignore case and spaces: `East US` is `eastus`. */
export const normaliseLocation = (location: string): string => location.toLowerCase().replaceAll(' ', '');
