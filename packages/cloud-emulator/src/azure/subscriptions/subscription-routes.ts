import { resourceNotFound } from '../arm/arm-error.js';
import type { ArmAnswer, ArmCall, ArmRoute } from '../arm/arm-route.js';
import type { AscOperations } from '../arm/asc-operations.js';
import { JsonReader, parseJsonObject } from '../arm/json-body.js';
import type { LongRunning } from '../arm/long-running.js';
import type { Pager } from '../arm/pager.js';
import { checkCapacity, usableSku } from '../file-systems/file-system-rules.js';
import type { FileSystems } from '../file-systems/file-systems.js';
import { requiredAddresses, smallestPrefix } from '../network/subnet-addresses.js';
import type { VirtualNetworks } from '../network/virtual-networks.js';
import { renderSku, skus } from './skus.js';

const provider = '/subscriptions/{subscriptionId}/providers/Microsoft.StorageCache';
const virtualNetwork =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/virtualNetworks/{name}';
const securityGroup =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/networkSecurityGroups/{name}';
const operationPath = `${provider}/locations/{location}/ascOperations/{operationId}`;

export interface SubscriptionParts {
  readonly fileSystems: FileSystems;
  readonly networks: VirtualNetworks;
  readonly operations: AscOperations;
  readonly longRunning: LongRunning;
  readonly pager: Pager;
  /** Region of a request that names none. */
  readonly location: string;
}

/** Routes of Microsoft.StorageCache about the subscription, and of Microsoft.Network about its subnets. */
export function subscriptionRoutes(parts: SubscriptionParts): readonly ArmRoute[] {
  return [
    storageCache('GET', 'skus', 'skus.list', (call) => listSkus(parts.pager, call)),
    storageCache('POST', 'checkAmlFSSubnets', 'checkAmlFSSubnets', (call) => checkSubnet(parts, call)),
    storageCache('POST', 'getRequiredAmlFSSubnetsSize', 'getRequiredAmlFSSubnetsSize', (call) =>
      subnetSize(parts, call),
    ),
    {
      ...storageCache('GET', 'locations/usages', 'ascUsages.list', () => listUsages(parts)),
      path: `${provider}/locations/{location}/usages`,
    },
    {
      ...storageCache('GET', 'locations/ascOperations', 'ascOperations.get', (call) =>
        getOperation(parts, call),
      ),
      path: operationPath,
      resource: operationPath,
    },
    ...networkRoutes(parts),
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Authorization/permissions',
      resourceType: 'Microsoft.Authorization/permissions',
      operation: 'permissions.list',
      // The one role of the callers is that of an owner.
      handle: () => ({ status: 200, body: { value: [{ actions: ['*'], notActions: [] }] } }),
    },
    {
      method: 'GET',
      path: `${virtualNetwork}/usages`,
      resource: virtualNetwork,
      resourceType: 'Microsoft.Network/virtualNetworks/usages',
      operation: 'virtualNetworks.listUsage',
      handle: ({ params }) => ({
        status: 200,
        body: { value: parts.networks.usages(params.resourceGroup, params.name) },
      }),
    },
  ];
}

const networkRoutes = ({ networks }: SubscriptionParts): readonly ArmRoute[] => [
  {
    method: 'GET',
    path: `${virtualNetwork}/subnets/{subnet}`,
    resource: `${virtualNetwork}/subnets/{subnet}`,
    resourceType: 'Microsoft.Network/virtualNetworks/subnets',
    operation: 'subnets.get',
    handle: ({ params }) => ({
      status: 200,
      body: networks.subnet(params.resourceGroup, params.name, params.subnet),
    }),
  },
  {
    method: 'GET',
    path: securityGroup,
    resource: securityGroup,
    resourceType: 'Microsoft.Network/networkSecurityGroups',
    operation: 'networkSecurityGroups.get',
    handle: ({ params }) => ({
      status: 200,
      body: networks.securityGroup(params.resourceGroup, params.name),
    }),
  },
];

const storageCache = (
  method: ArmRoute['method'],
  type: string,
  operation: string,
  handle: ArmRoute['handle'],
): ArmRoute => ({
  method,
  path: `${provider}/${type}`,
  resourceType: `Microsoft.StorageCache/${type}`,
  operation,
  handle,
});

const listSkus = (pager: Pager, call: ArmCall): ArmAnswer =>
  pager.answer(
    call,
    skus.map((sku, index) => ({ sku, sequence: index + 1 })),
    ({ sku }) => renderSku(sku),
  );

const listUsages = ({ fileSystems }: SubscriptionParts): ArmAnswer => ({
  status: 200,
  body: { value: [usage('Cache', 0, 4), usage('AmlFilesystem', fileSystems.inUse, fileSystems.quota)] },
});

const usage = (name: string, currentValue: number, limit: number): unknown => ({
  name: { localizedValue: name, value: name },
  currentValue,
  limit,
  unit: 'Count',
});

/** Addresses that a file system of this size and SKU needs. @throws ArmError 400 */
function readRequiredAddresses(reader: JsonReader, location: string): number {
  const sku = usableSku(reader.requiredObject('sku').requiredString('name'), location);
  const capacityTiB = reader.requiredNumber('storageCapacityTiB');
  checkCapacity(capacityTiB, sku);
  return requiredAddresses(capacityTiB, sku.stepTiB);
}

function subnetSize(parts: SubscriptionParts, call: ArmCall): ArmAnswer {
  const reader = new JsonReader(parseJsonObject(call.body));
  return { status: 200, body: { filesystemSubnetSize: readRequiredAddresses(reader, parts.location) } };
}

/**
 * Checks a subnet: 200 with no content where the subnet is large enough; otherwise 400 in a form of its own, which
 * is no error envelope.
 */
function checkSubnet(parts: SubscriptionParts, call: ArmCall): ArmAnswer {
  const reader = new JsonReader(parseJsonObject(call.body));
  const location = reader.requiredString('location');
  const needed = readRequiredAddresses(reader, location);
  const subnet = parts.networks.findSubnet(reader.requiredString('filesystemSubnet'));
  if (!subnet) return invalidSubnet('The subnet was not found.');
  const { limit, free } = subnet.addresses;
  if (limit < needed)
    return invalidSubnet(`A subnet with a minimum size of ${smallestPrefix(needed)} is required.`);
  if (free < needed) return invalidSubnet(`The subnet has ${free} free addresses, ${needed} are required.`);
  return { status: 200 };
}

const invalidSubnet = (message: string): ArmAnswer => ({
  status: 400,
  body: { filesystemSubnet: { status: 'Invalid', message } },
});

function getOperation({ operations, longRunning }: SubscriptionParts, call: ArmCall): ArmAnswer {
  const { location, operationId } = call.params;
  const operation = operations.find(location, operationId);
  if (!operation) throw resourceNotFound('Microsoft.StorageCache/locations/ascOperations', operationId, '');
  return longRunning.followed(operation, call);
}
