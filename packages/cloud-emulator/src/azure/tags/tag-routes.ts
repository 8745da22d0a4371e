import type { ArmAnswer, ArmCall, ArmRoute } from '../arm/arm-route.js';
import { parseJsonObject } from '../arm/json-body.js';
import type { LongRunning } from '../arm/long-running.js';
import { fileSystemPath } from '../file-systems/file-system-routes.js';
import type { FileSystem } from '../file-systems/file-system.js';
import type { FileSystems } from '../file-systems/file-systems.js';
import { changedTags, parseTagChange } from './tag-change.js';

const type = 'Microsoft.Resources/tags';

/**
 * Routes of `Microsoft.Resources/tags/default` of file systems: reading, and changing single tags. Azure forwards a
 * change to the resource provider, which refuses it while it works on the resource.
 * @param slowly true where ARM answers 202, as the API reference allows it since 2022-09-01; otherwise 200 after
 * the change
 */
export function tagRoutes(
  fileSystems: FileSystems,
  longRunning: LongRunning,
  slowly: boolean,
): readonly ArmRoute[] {
  const route = {
    path: `${fileSystemPath}/providers/${type}/default`,
    resource: fileSystemPath,
    resourceType: type,
  };
  return [
    {
      ...route,
      method: 'GET',
      operation: 'tags.getAtScope',
      handle: ({ params }) => ({ status: 200, body: render(fileSystems.get(params)) }),
    },
    { ...route, method: 'PATCH', operation: 'tags.updateAtScope', handle: update },
  ];

  function update({ params, apiVersion, body }: ArmCall): ArmAnswer {
    const fileSystem = fileSystems.get(params);
    const tags = changedTags(fileSystem.spec.tags, parseTagChange(parseJsonObject(body)));
    if (slowly) {
      const { operation } = fileSystems.change(fileSystem, { tags });
      return longRunning.started(202, operation, apiVersion);
    }
    fileSystems.tag(fileSystem, tags);
    return { status: 200, body: render(fileSystem) };
  }
}

const render = ({ id, spec }: FileSystem): object => ({
  id: `${id}/providers/${type}/default`,
  name: 'default',
  type,
  properties: { tags: spec.tags },
});
