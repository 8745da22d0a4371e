import type { ArmAnswer, ArmCall, ArmRoute } from '../arm/arm-route.js';
import { JsonReader, parseJsonObject } from '../arm/json-body.js';
import type { FileSystemServices } from '../file-systems/file-system-routes.js';
import { parseTags } from '../file-systems/requested-file-system.js';
import type { ExpansionJobs, RequestedExpansion } from './expansion-jobs.js';
import { fileSystemJobRoutes, parentOf } from './file-system-job-routes.js';

/** Routes of `expansionJobs` of a file system: create, read, roll back or delete, and list. */
export function expansionJobRoutes(jobs: ExpansionJobs, services: FileSystemServices): readonly ArmRoute[] {
  const put = ({ params, body, apiVersion }: ArmCall): ArmAnswer => {
    const requested = parseRequestedExpansion(params.job, body);
    const fileSystem = parentOf(services.fileSystems, params, jobs.type);
    const existing = jobs.find(fileSystem, params.job);
    if (existing) {
      jobs.replace(existing, requested);
      return { status: 200, body: jobs.render(existing) };
    }
    const { job, operation } = jobs.create(fileSystem, requested);
    return services.longRunning.started(201, operation, apiVersion, jobs.render(job));
  };
  return fileSystemJobRoutes(jobs, services, { put });
}

function parseRequestedExpansion(name: string, body: string | undefined): RequestedExpansion {
  const root = new JsonReader(parseJsonObject(body));
  root.requiredString('location');
  return {
    name,
    newCapacityTiB: root.requiredObject('properties').requiredNumber('newStorageCapacityTiB'),
    tags: parseTags(root.value('tags') ?? {}),
  };
}
