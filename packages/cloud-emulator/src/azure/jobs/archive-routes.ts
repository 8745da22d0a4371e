import type { ArmCall, ArmRoute } from '../arm/arm-route.js';
import { JsonReader, parseJsonObject } from '../arm/json-body.js';
import { fileSystemPath } from '../file-systems/file-system-routes.js';
import type { FileSystems } from '../file-systems/file-systems.js';
import type { Archives } from './archives.js';

/**
 * Routes of `archive` and `cancelArchive`. Both are accepted at once; hsm.archiveStatus of the file system shows
 * the progress.
 */
export function archiveRoutes(archives: Archives, fileSystems: FileSystems): readonly ArmRoute[] {
  const action = (name: string, run: (call: ArmCall) => void): ArmRoute => ({
    method: 'POST',
    path: `${fileSystemPath}/${name}`,
    resource: fileSystemPath,
    resourceType: 'Microsoft.StorageCache/amlFilesystems',
    operation: `amlFilesystems.${name}`,
    handle: (call) => {
      run(call);
      return { status: 200 };
    },
  });
  return [
    action('archive', ({ params, body }) => archives.start(fileSystems.get(params), pathIn(body))),
    action('cancelArchive', ({ params }) => archives.cancel(fileSystems.get(params))),
  ];
}

/** Path that the body names, or the root; the body may be absent. */
const pathIn = (body: string | undefined): string =>
  (body ? new JsonReader(parseJsonObject(body)).string('filesystemPath') : undefined) ?? '/';
