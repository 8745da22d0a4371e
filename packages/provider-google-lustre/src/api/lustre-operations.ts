import type { VolumeHandle } from '../node/volume-handle.js';
import { operation } from './lustre-operation.js';

export interface Page {
  readonly pageToken?: string;
}

const segment = encodeURIComponent;

const locationPath = (project: string, location: string): string =>
  `projects/${project}/locations/${segment(location)}`;

const instancePath = ({ project, zone, instance }: VolumeHandle): string =>
  `${locationPath(project, zone)}/instances/${segment(instance)}`;

const pageQuery = ({ pageToken }: Page): Readonly<Record<string, string>> =>
  pageToken === undefined ? {} : { pageToken };

/** Every operation of the API that the driver calls: `LustreApi` accepts no other. The role in deploy/google-lustre is
 *  generated from them. */
export const lustreOperations = {
  /** Lists the instances of all zones of a project. */
  listInstances: operation<{ readonly project: string } & Page>({
    name: 'ListInstances',
    permissions: ['lustre.instances.list'],
    isChange: false,
    request: (input) => ({
      method: 'GET',
      path: `${locationPath(input.project, '-')}/instances`,
      query: { pageSize: '500', ...pageQuery(input) },
    }),
  }),
  getInstance: operation<VolumeHandle>({
    name: 'GetInstance',
    permissions: ['lustre.instances.get'],
    isChange: false,
    request: (input) => ({ method: 'GET', path: instancePath(input) }),
  }),
  createInstance: operation<VolumeHandle & { readonly body: object }>({
    name: 'CreateInstance',
    permissions: ['lustre.instances.create'],
    isChange: true,
    request: ({ project, zone, instance, body }) => ({
      method: 'POST',
      path: `${locationPath(project, zone)}/instances`,
      query: { instanceId: instance },
      body,
    }),
  }),
  /** Replaces the fields of the body. */
  updateInstance: operation<VolumeHandle & { readonly body: object }>({
    name: 'UpdateInstance',
    permissions: ['lustre.instances.update'],
    isChange: true,
    request: ({ body, ...handle }) => ({
      method: 'PATCH',
      path: instancePath(handle),
      query: { updateMask: Object.keys(body).join(',') },
      body: { name: instancePath(handle), ...body },
    }),
  }),
  deleteInstance: operation<VolumeHandle>({
    name: 'DeleteInstance',
    permissions: ['lustre.instances.delete'],
    isChange: true,
    request: (input) => ({ method: 'DELETE', path: instancePath(input) }),
  }),
  /** Starts an import; a repeated request with the same id is the same import. */
  importData: operation<VolumeHandle & { readonly uri: string; readonly requestId: string }>({
    name: 'ImportData',
    permissions: ['lustre.instances.importData'],
    isChange: false,
    request: ({ uri, requestId, ...handle }) => ({
      method: 'POST',
      path: `${instancePath(handle)}:importData`,
      body: { gcsPath: { uri }, lustrePath: { path: '/' }, requestId },
    }),
  }),
  /** Lists the operations of a zone. Without the filter, the list has those of other API versions, too. */
  listOperations: operation<{ readonly project: string; readonly zone: string } & Page>({
    name: 'ListOperations',
    permissions: ['lustre.operations.list'],
    isChange: false,
    request: (input) => ({
      method: 'GET',
      path: `${locationPath(input.project, input.zone)}/operations`,
      query: { filter: 'metadata.apiVersion="v1"', pageSize: '500', ...pageQuery(input) },
    }),
  }),
  getOperation: operation<{ readonly name: string }>({
    name: 'GetOperation',
    permissions: ['lustre.operations.get'],
    isChange: false,
    request: ({ name }) => ({ method: 'GET', path: name }),
  }),
  /** Deletes the record of an operation that has ended. */
  deleteOperation: operation<{ readonly name: string }>({
    name: 'DeleteOperation',
    permissions: ['lustre.operations.delete'],
    isChange: false,
    request: ({ name }) => ({ method: 'DELETE', path: name }),
  }),
};
