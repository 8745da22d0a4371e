import { parentNotFound } from '../arm/arm-error.js';
import { amlFilesystemId } from '../arm/arm-id.js';
import type { ArmAnswer, ArmCall, ArmRoute } from '../arm/arm-route.js';
import { JsonReader, parseJsonObject } from '../arm/json-body.js';
import type { LongRunning } from '../arm/long-running.js';
import type { Pager } from '../arm/pager.js';
import { fileSystemPath } from '../file-systems/file-system-routes.js';
import type { FileSystem } from '../file-systems/file-system.js';
import type { FileSystems } from '../file-systems/file-systems.js';
import { parseTags } from '../file-systems/requested-file-system.js';
import { renderExpansionJob } from './expansion-job.js';
import type { ExpansionJobs, ExpansionWish } from './expansion-jobs.js';

const resourceType = 'Microsoft.StorageCache/amlFilesystems/expansionJobs';
const all = `${fileSystemPath}/expansionJobs`;
const one = `${all}/{job}`;

/** `expansionJobs` of a file system: create, read, roll back or delete, and list. */
export function expansionJobRoutes(
  jobs: ExpansionJobs,
  fileSystems: FileSystems,
  longRunning: LongRunning,
  pager: Pager,
  now: () => number,
): readonly ArmRoute[] {
  const handlers = new ExpansionJobHandlers(jobs, fileSystems, longRunning, pager, now);
  const job = { path: one, resource: one, resourceType };
  return [
    { ...job, method: 'GET', operation: 'expansionJobs.get', handle: (call) => handlers.get(call) },
    {
      ...job,
      method: 'PUT',
      operation: 'expansionJobs.createOrUpdate',
      handle: (call) => handlers.put(call),
    },
    { ...job, method: 'DELETE', operation: 'expansionJobs.delete', handle: (call) => handlers.delete(call) },
    {
      method: 'GET',
      path: all,
      resource: fileSystemPath,
      resourceType,
      operation: 'expansionJobs.listByAmlFilesystem',
      handle: (call) => handlers.list(call),
    },
  ];
}

class ExpansionJobHandlers {
  constructor(
    private readonly jobs: ExpansionJobs,
    private readonly fileSystems: FileSystems,
    private readonly longRunning: LongRunning,
    private readonly pager: Pager,
    private readonly now: () => number,
  ) {}

  get({ params }: ArmCall): ArmAnswer {
    const job = this.jobs.get(this.#parent(params), params.job);
    return { status: 200, body: renderExpansionJob(job, this.now()) };
  }

  put({ params, body, apiVersion }: ArmCall): ArmAnswer {
    const wish = parseWish(params.job, body);
    const fileSystem = this.#parent(params);
    const existing = this.jobs.find(fileSystem, params.job);
    if (existing) {
      this.jobs.replace(existing, wish);
      return { status: 200, body: renderExpansionJob(existing, this.now()) };
    }
    const { job, operation } = this.jobs.create(fileSystem, wish);
    return this.longRunning.started(201, operation, apiVersion, renderExpansionJob(job, this.now()));
  }

  delete({ params, apiVersion }: ArmCall): ArmAnswer {
    const fileSystem = this.fileSystems.find(params);
    const job = fileSystem && this.jobs.find(fileSystem, params.job);
    if (!job) return { status: 204 };
    return this.longRunning.started(202, this.jobs.delete(job).operation, apiVersion);
  }

  list(call: ArmCall): ArmAnswer {
    const jobs = this.jobs.list(this.#parent(call.params));
    return this.pager.answer(call, jobs, (job) => renderExpansionJob(job, this.now()));
  }

  /** The file system of the job. @throws ArmError ParentResourceNotFound */
  #parent(params: ArmCall['params']): FileSystem {
    const fileSystem = this.fileSystems.find(params);
    if (fileSystem) return fileSystem;
    const id = amlFilesystemId(params.subscriptionId, params.resourceGroup, params.name);
    throw parentNotFound('amlFilesystems/expansionJobs', id);
  }
}

function parseWish(name: string, body: string | undefined): ExpansionWish {
  const root = new JsonReader(parseJsonObject(body));
  root.requiredString('location');
  return {
    name,
    newCapacityTiB: root.requiredObject('properties').requiredNumber('newStorageCapacityTiB'),
    tags: parseTags(root.value('tags') ?? {}),
  };
}
