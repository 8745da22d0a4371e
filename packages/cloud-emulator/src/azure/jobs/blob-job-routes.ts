import type { ArmAnswer, ArmCall, ArmRoute } from '../arm/arm-route.js';
import { parseJsonObject } from '../arm/json-body.js';
import type { FileSystemServices } from '../file-systems/file-system-routes.js';
import { renderBlobJob } from './blob-job.js';
import type { AcceptedBlobJob, BlobJobs } from './blob-jobs.js';
import { fileSystemJobRoutes, parentOf } from './file-system-job-routes.js';
import { parseBlobJobChange, parseRequestedBlobJob } from './requested-blob-job.js';

/**
 * Routes of `importJobs`, `autoImportJobs` or `autoExportJobs` of a file system: create, read, change, delete and
 * list.
 */
export function blobJobRoutes(jobs: BlobJobs, services: FileSystemServices): readonly ArmRoute[] {
  const { fileSystems, longRunning } = services;

  const accepted = (status: number, { job, operation }: AcceptedBlobJob, apiVersion: string): ArmAnswer => {
    const body = renderBlobJob(job);
    return operation ? longRunning.started(status, operation, apiVersion, body) : { status, body };
  };

  const put = ({ params, body, apiVersion }: ArmCall): ArmAnswer => {
    const requested = parseRequestedBlobJob(jobs.kind, parseJsonObject(body));
    const fileSystem = parentOf(fileSystems, params, jobs.type);
    const existing = jobs.find(fileSystem, params.job);
    if (existing) return accepted(200, jobs.replace(existing, requested), apiVersion);
    return accepted(201, jobs.create(fileSystem, params.job, requested), apiVersion);
  };

  const patch = ({ params, body, apiVersion }: ArmCall): ArmAnswer => {
    const job = jobs.get(parentOf(fileSystems, params, jobs.type), params.job);
    const change = parseBlobJobChange(jobs.kind, parseJsonObject(body));
    const changed = jobs.change(job, change);
    return accepted(changed.operation ? 202 : 200, changed, apiVersion);
  };

  return fileSystemJobRoutes(jobs, services, { put, patch });
}
