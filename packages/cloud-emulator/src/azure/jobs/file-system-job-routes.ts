import { parentNotFound } from '../arm/arm-error.js';
import { amlFilesystemId } from '../arm/arm-id.js';
import type { ArmAnswer, ArmCall, ArmParams, ArmRoute } from '../arm/arm-route.js';
import { fileSystemPath, type FileSystemServices } from '../file-systems/file-system-routes.js';
import type { FileSystem } from '../file-systems/file-system.js';
import type { FileSystems } from '../file-systems/file-systems.js';
import type { FileSystemJob, FileSystemJobs } from './file-system-jobs.js';

/** Operations that differ between the types of job; a type without PATCH has no such route. */
export interface JobWrites {
  readonly put: (call: ArmCall) => ArmAnswer;
  readonly patch?: (call: ArmCall) => ArmAnswer;
}

/** Routes of one type of job: create, read, change, delete and list. */
export function fileSystemJobRoutes<Job extends FileSystemJob>(
  jobs: FileSystemJobs<Job>,
  { fileSystems, longRunning, pager }: FileSystemServices,
  { put, patch }: JobWrites,
): readonly ArmRoute[] {
  const { type } = jobs;
  const parent = (params: ArmParams): FileSystem => parentOf(fileSystems, params, type);
  const all = `${fileSystemPath}/${type}`;
  const resourceType = `Microsoft.StorageCache/amlFilesystems/${type}`;
  const one = { path: `${all}/{job}`, resource: `${all}/{job}`, resourceType };
  const get = ({ params }: ArmCall): ArmAnswer => ({
    status: 200,
    body: jobs.render(jobs.get(parent(params), params.job)),
  });
  const remove = ({ params, apiVersion }: ArmCall): ArmAnswer => {
    const fileSystem = fileSystems.find(params);
    const job = fileSystem && jobs.find(fileSystem, params.job);
    if (!job) return { status: 204 };
    return longRunning.started(202, jobs.delete(job).operation, apiVersion);
  };
  const list = (call: ArmCall): ArmAnswer =>
    pager.answer(call, jobs.list(parent(call.params)), (job) => jobs.render(job));
  const operation = `${type}.listByAmlFilesystem`;
  return [
    { ...one, method: 'GET', operation: `${type}.get`, handle: get },
    { ...one, method: 'PUT', operation: `${type}.createOrUpdate`, handle: put },
    ...(patch ? [{ ...one, method: 'PATCH' as const, operation: `${type}.update`, handle: patch }] : []),
    { ...one, method: 'DELETE', operation: `${type}.delete`, handle: remove },
    { method: 'GET', path: all, resource: fileSystemPath, resourceType, operation, handle: list },
  ];
}

/** File system that a job belongs to. @throws ArmError ParentResourceNotFound */
export function parentOf(fileSystems: FileSystems, params: ArmParams, type: string): FileSystem {
  const fileSystem = fileSystems.find(params);
  if (fileSystem) return fileSystem;
  const id = amlFilesystemId(params.subscriptionId, params.resourceGroup, params.name);
  throw parentNotFound(`amlFilesystems/${type}`, id);
}
