import { parentNotFound } from '../arm/arm-error.js';
import { amlFilesystemId } from '../arm/arm-id.js';
import type { ArmAnswer, ArmCall, ArmRoute } from '../arm/arm-route.js';
import { parseJsonObject } from '../arm/json-body.js';
import type { LongRunning } from '../arm/long-running.js';
import type { Pager } from '../arm/pager.js';
import { fileSystemPath } from '../file-systems/file-system-routes.js';
import type { FileSystem } from '../file-systems/file-system.js';
import type { FileSystems } from '../file-systems/file-systems.js';
import { renderBlobJob } from './blob-job.js';
import type { AcceptedBlobJob, BlobJobs } from './blob-jobs.js';
import { parseBlobJobChange, parseRequestedBlobJob } from './requested-blob-job.js';

/** `importJobs`, `autoImportJobs` or `autoExportJobs` of a file system: create, read, change, delete and list. */
export function blobJobRoutes(
  jobs: BlobJobs,
  fileSystems: FileSystems,
  longRunning: LongRunning,
  pager: Pager,
): readonly ArmRoute[] {
  const { name } = jobs.kind;
  const handlers = new BlobJobHandlers(jobs, fileSystems, longRunning, pager);
  const all = `${fileSystemPath}/${name}`;
  const resourceType = `Microsoft.StorageCache/amlFilesystems/${name}`;
  const job = { path: `${all}/{job}`, resource: `${all}/{job}`, resourceType };
  return [
    { ...job, method: 'GET', operation: `${name}.get`, handle: (call) => handlers.get(call) },
    { ...job, method: 'PUT', operation: `${name}.createOrUpdate`, handle: (call) => handlers.put(call) },
    { ...job, method: 'PATCH', operation: `${name}.update`, handle: (call) => handlers.patch(call) },
    { ...job, method: 'DELETE', operation: `${name}.delete`, handle: (call) => handlers.delete(call) },
    {
      method: 'GET',
      path: all,
      resource: fileSystemPath,
      resourceType,
      operation: `${name}.listByAmlFilesystem`,
      handle: (call) => handlers.list(call),
    },
  ];
}

class BlobJobHandlers {
  constructor(
    private readonly jobs: BlobJobs,
    private readonly fileSystems: FileSystems,
    private readonly longRunning: LongRunning,
    private readonly pager: Pager,
  ) {}

  get({ params }: ArmCall): ArmAnswer {
    return { status: 200, body: renderBlobJob(this.jobs.get(this.#parent(params), params.job)) };
  }

  put({ params, body, apiVersion }: ArmCall): ArmAnswer {
    const spec = parseRequestedBlobJob(this.jobs.kind, parseJsonObject(body));
    const fileSystem = this.#parent(params);
    const existing = this.jobs.find(fileSystem, params.job);
    if (existing) return this.#accepted(200, this.jobs.replace(existing, spec), apiVersion);
    return this.#accepted(201, this.jobs.create(fileSystem, params.job, spec), apiVersion);
  }

  patch({ params, body, apiVersion }: ArmCall): ArmAnswer {
    const job = this.jobs.get(this.#parent(params), params.job);
    const change = parseBlobJobChange(this.jobs.kind, parseJsonObject(body));
    const accepted = this.jobs.change(job, change);
    return this.#accepted(accepted.operation ? 202 : 200, accepted, apiVersion);
  }

  delete({ params, apiVersion }: ArmCall): ArmAnswer {
    const fileSystem = this.fileSystems.find(params);
    const job = fileSystem && this.jobs.find(fileSystem, params.job);
    if (!job) return { status: 204 };
    return this.longRunning.started(202, this.jobs.delete(job).operation, apiVersion);
  }

  list(call: ArmCall): ArmAnswer {
    return this.pager.answer(call, this.jobs.list(this.#parent(call.params)), renderBlobJob);
  }

  #accepted(status: number, { job, operation }: AcceptedBlobJob, apiVersion: string): ArmAnswer {
    const body = renderBlobJob(job);
    return operation ? this.longRunning.started(status, operation, apiVersion, body) : { status, body };
  }

  /** The file system of the job. @throws ArmError ParentResourceNotFound */
  #parent(params: ArmCall['params']): FileSystem {
    const fileSystem = this.fileSystems.find(params);
    if (fileSystem) return fileSystem;
    const id = amlFilesystemId(params.subscriptionId, params.resourceGroup, params.name);
    throw parentNotFound(`amlFilesystems/${this.jobs.kind.name}`, id);
  }
}
