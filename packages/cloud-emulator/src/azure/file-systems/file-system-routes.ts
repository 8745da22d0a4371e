import type { ArmAnswer, ArmCall, ArmRoute } from '../arm/arm-route.js';
import { parseJsonObject } from '../arm/json-body.js';
import type { LongRunning } from '../arm/long-running.js';
import type { Pager } from '../arm/pager.js';
import { renderFileSystem, type FileSystem } from './file-system.js';
import type { FileSystems } from './file-systems.js';
import { parseRequestedFileSystem, parseSettingsChange } from './requested-file-system.js';

const resourceType = 'Microsoft.StorageCache/amlFilesystems';
const inSubscription = '/subscriptions/{subscriptionId}/providers/Microsoft.StorageCache/amlFilesystems';
const inResourceGroup =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.StorageCache/amlFilesystems';
export const fileSystemPath = `${inResourceGroup}/{name}`;

/** Services that the routes of file systems and of their jobs need. */
export interface FileSystemServices {
  readonly fileSystems: FileSystems;
  readonly longRunning: LongRunning;
  readonly pager: Pager;
}

/** Routes of `amlFilesystems`: create, read, change, delete and list. */
export function fileSystemRoutes(services: FileSystemServices): readonly ArmRoute[] {
  const { fileSystems } = services;
  const handlers = new FileSystemHandlers(services);
  const one = { path: fileSystemPath, resource: fileSystemPath, resourceType };
  return [
    { ...one, method: 'GET', operation: 'amlFilesystems.get', handle: (call) => handlers.get(call) },
    {
      ...one,
      method: 'PUT',
      operation: 'amlFilesystems.createOrUpdate',
      handle: (call) => handlers.put(call),
    },
    { ...one, method: 'PATCH', operation: 'amlFilesystems.update', handle: (call) => handlers.patch(call) },
    { ...one, method: 'DELETE', operation: 'amlFilesystems.delete', handle: (call) => handlers.delete(call) },
    {
      method: 'GET',
      path: inResourceGroup,
      resourceType,
      operation: 'amlFilesystems.listByResourceGroup',
      handle: (call) => handlers.list(call, fileSystems.list(call.params.resourceGroup)),
    },
    {
      method: 'GET',
      path: inSubscription,
      resourceType,
      operation: 'amlFilesystems.list',
      handle: (call) => handlers.list(call, fileSystems.list()),
    },
  ];
}

class FileSystemHandlers {
  constructor(private readonly services: FileSystemServices) {}

  get({ params, apiVersion }: ArmCall): ArmAnswer {
    return { status: 200, body: renderFileSystem(this.services.fileSystems.get(params), apiVersion) };
  }

  put(call: ArmCall): ArmAnswer {
    const { params, apiVersion } = call;
    const spec = parseRequestedFileSystem(parseJsonObject(call.body), apiVersion);
    const existing = this.services.fileSystems.find(params);
    const { fileSystem, operation } = existing
      ? this.services.fileSystems.replace(existing, spec)
      : this.services.fileSystems.create(
          { resourceGroup: params.resourceGroup, name: params.name },
          spec,
          call.caller,
        );
    const body = renderFileSystem(fileSystem, apiVersion);
    const status = existing ? 200 : 201;
    return operation
      ? this.services.longRunning.started(status, operation, apiVersion, body)
      : { status, body };
  }

  patch({ params, apiVersion, body }: ArmCall): ArmAnswer {
    const existing = this.services.fileSystems.get(params);
    const change = parseSettingsChange(parseJsonObject(body), apiVersion);
    const { fileSystem, operation } = this.services.fileSystems.change(existing, change);
    return this.services.longRunning.started(
      202,
      operation,
      apiVersion,
      renderFileSystem(fileSystem, apiVersion),
    );
  }

  delete({ params, apiVersion }: ArmCall): ArmAnswer {
    const existing = this.services.fileSystems.find(params);
    if (!existing) return { status: 204 };
    return this.services.longRunning.started(
      202,
      this.services.fileSystems.delete(existing).operation,
      apiVersion,
    );
  }

  list(call: ArmCall, fileSystems: readonly FileSystem[]): ArmAnswer {
    return this.services.pager.answer(call, fileSystems, (fileSystem) =>
      renderFileSystem(fileSystem, call.apiVersion),
    );
  }
}
