import type { ArmCall, ArmRoute } from '../arm/arm-route.js';
import { JsonReader, parseJsonObject } from '../arm/json-body.js';
import { fileSystemPath } from '../file-systems/file-system-routes.js';
import type { FileSystems } from '../file-systems/file-systems.js';
import type { Archives } from './archives.js';

/** `archive` and `cancelArchive`: accepted at once; how far it is stands in hsm.archiveStatus of the file system. */
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

/** Everything, unless the body says otherwise; there may be no body. */
const pathIn = (body: string | undefined): string =>
  (body ? new JsonReader(parseJsonObject(body)).string('filesystemPath') : undefined) ?? '/';
