import type { ArmRoute } from '../arm/arm-route.js';

type Verb = 'read' | 'write' | 'delete' | 'action';

interface OperationsOfType {
  /** Resource type below Microsoft.StorageCache. */
  readonly type: string;
  /** Resource as the portal calls it. */
  readonly title: string;
  readonly verbs: readonly Verb[];
}

const allOf: readonly Verb[] = ['read', 'write', 'delete'];

const operationsOfTypes: readonly OperationsOfType[] = [
  { type: 'amlFilesystems', title: 'AML file system', verbs: allOf },
  { type: 'amlFilesystems/archive', title: 'AML file system archive', verbs: ['action'] },
  { type: 'amlFilesystems/cancelArchive', title: 'AML file system archive cancellation', verbs: ['action'] },
  { type: 'amlFilesystems/importJobs', title: 'Import job', verbs: allOf },
  { type: 'amlFilesystems/autoImportJobs', title: 'Auto import job', verbs: allOf },
  { type: 'amlFilesystems/autoExportJobs', title: 'Auto export job', verbs: allOf },
  { type: 'amlFilesystems/expansionJobs', title: 'Expansion job', verbs: allOf },
  { type: 'checkAmlFSSubnets', title: 'Subnet check', verbs: ['action'] },
  { type: 'getRequiredAmlFSSubnetsSize', title: 'Subnet size', verbs: ['action'] },
  { type: 'locations/ascOperations', title: 'Long-running operation', verbs: ['read'] },
  { type: 'locations/usages', title: 'Usage', verbs: ['read'] },
  { type: 'operations', title: 'Operation', verbs: ['read'] },
  { type: 'skus', title: 'SKU', verbs: ['read'] },
];

const words: Readonly<Record<Verb, string>> = {
  read: 'Get',
  write: 'Create or update',
  delete: 'Delete',
  action: 'Perform',
};

/** Operations of Microsoft.StorageCache that are emulated, with the name by which roles allow it. */
const providerOperations = operationsOfTypes.flatMap(({ type, title, verbs }) =>
  verbs.map((verb) => ({
    name: `Microsoft.StorageCache/${type}/${verb}`,
    isDataAction: false,
    display: { provider: 'Azure Storage Cache', resource: title, operation: `${words[verb]} ${title}` },
  })),
);

/** Route of `Operations_List` of the resource provider; like every provider's, it needs no subscription. */
export const providerOperationsRoute: ArmRoute = {
  method: 'GET',
  path: '/providers/Microsoft.StorageCache/operations',
  resourceType: 'Microsoft.StorageCache/operations',
  operation: 'operations.list',
  handle: () => ({ status: 200, body: { value: providerOperations } }),
};
