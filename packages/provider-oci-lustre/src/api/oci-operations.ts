/** Service of OCI whose API an operation belongs to. */
export type OciService = 'lustre' | 'identity';

/** Verbs of policies; each includes those before it. */
export const verbs = ['inspect', 'read', 'use', 'manage'] as const;

/** Right in the terms of a policy: a verb, and a type of resources. */
export interface Right {
  readonly verb: (typeof verbs)[number];
  readonly type: string;
}

/** One operation that the driver calls. */
export interface OciOperation {
  /** Name in the API reference: `CreateLustreFileSystem`. */
  readonly name: string;
  readonly service: OciService;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with the API version; `{id}` stands for the OCID. */
  readonly path: string;
  /** Rights that it needs, as policies state them. */
  readonly rights: readonly Right[];
}

const fileSystems = '/20250228/lustreFileSystems';
const workRequests = '/20250228/workRequests';

const lustre = { service: 'lustre' } as const;
const family = 'lustre-file-family';

/** Every operation that the driver calls (Lustre File Storage 20250228, Identity 20160918). */
export const ociOperations = {
  listFileSystems: {
    ...lustre,
    name: 'ListLustreFileSystems',
    method: 'GET',
    path: fileSystems,
    rights: [{ verb: 'inspect', type: family }],
  },
  getFileSystem: {
    ...lustre,
    name: 'GetLustreFileSystem',
    method: 'GET',
    path: `${fileSystems}/{id}`,
    rights: [{ verb: 'read', type: family }],
  },
  createFileSystem: {
    ...lustre,
    name: 'CreateLustreFileSystem',
    method: 'POST',
    path: fileSystems,
    // The subnet and the security groups are resources of the network.
    rights: [
      { verb: 'manage', type: family },
      { verb: 'use', type: 'virtual-network-family' },
    ],
  },
  updateFileSystem: {
    ...lustre,
    name: 'UpdateLustreFileSystem',
    method: 'PUT',
    path: `${fileSystems}/{id}`,
    rights: [{ verb: 'use', type: family }],
  },
  deleteFileSystem: {
    ...lustre,
    name: 'DeleteLustreFileSystem',
    method: 'DELETE',
    path: `${fileSystems}/{id}`,
    rights: [{ verb: 'manage', type: family }],
  },
  listWorkRequests: {
    ...lustre,
    name: 'ListWorkRequests',
    method: 'GET',
    path: workRequests,
    rights: [{ verb: 'inspect', type: family }],
  },
  listWorkRequestErrors: {
    ...lustre,
    name: 'ListWorkRequestErrors',
    method: 'GET',
    path: `${workRequests}/{id}/errors`,
    rights: [{ verb: 'read', type: family }],
  },
  listAvailabilityDomains: {
    service: 'identity',
    name: 'ListAvailabilityDomains',
    method: 'GET',
    path: '/20160918/availabilityDomains',
    rights: [{ verb: 'inspect', type: 'compartments' }],
  },
} as const satisfies Readonly<Record<string, OciOperation>>;
