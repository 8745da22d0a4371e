import type { PublishCommand } from './publish-command.js';
import { formatMountSource } from '../model/mount-source.js';
import { isReadOnly } from '../model/volume-capability.js';
import type { WantedClient } from '../mount/client/client-mount-key.js';
import { requestsReadOnly, mountOptions } from '../mount/mount-options.js';
import type { NodeContext } from './node-context.js';
import { scopeOptions } from '../mount/option-scope.js';
import type { Publication } from '../mount/publications.js';
import { publishSettings, type RootSettings } from '../model/publish-settings.js';
import { subDirectoryParts, type SubDirectory } from '../mount/sub-directory.js';
import { refuseOutside } from '../mount/target-bounds.js';
import { mountPointOf, targetKey } from '../mount/target-path.js';

/** Decisions about a publish command: the record to write and the way of mounting. */
export interface PublishPlan {
  /** Record; it names a client mount if the client is shared. */
  readonly wanted: Publication;
  /** Client that pods share, or could share. */
  readonly client: WantedClient;
  /** Options of the client where the target has its own. */
  readonly clientOptions: readonly string[];
  /** Options of a bind mount of the shared client. */
  readonly bindOptions: readonly string[];
  /** Settings of the fresh root of a whole file system that is published for writing. */
  readonly rootSettings?: RootSettings;
  /** Sub-directory; absent: the root of the file system. */
  readonly directory?: SubDirectory;
}

type PlanBasis = Pick<NodeContext, 'shared' | 'mountSharing' | 'targetBounds' | 'recentMountTable'>;

/** Decides how a volume is published, without touching a Lustre path.
 *  @throws DriverError invalid-argument naming what is wrong in the command */
export async function publishPlan(
  command: PublishCommand,
  { shared, mountSharing, targetBounds, recentMountTable }: PlanBasis,
): Promise<PublishPlan> {
  const { source, capability } = command;
  const { accessMode, mountFlags } = capability;
  const settings = publishSettings(command.context ?? {}, mountSharing);
  const readonly = command.readonly || isReadOnly(accessMode) || requestsReadOnly(mountFlags);
  const clientOptions = mountOptions(mountFlags, readonly);
  const { perMount, perClient } = scopeOptions(clientOptions);
  const client = { source: { ...source, subdir: '' }, options: perClient, tuning: settings.tuning };
  const targetPath = targetKey(command.targetPath);
  const mountPoint = await mountPointOf(targetPath, await recentMountTable());
  await refuseOutside({ targetPath, mountPoint }, targetBounds);
  const wanted: Publication = {
    volumeId: command.volumeId,
    targetPath,
    mountPoint,
    source: formatMountSource(source),
    accessMode,
    readonly,
    mountFlags,
    ...(settings.sharing === 'node' ? { clientMount: shared.pathOf(client) } : {}),
  };
  const plan = { wanted, client, clientOptions, bindOptions: perMount };
  if (source.subdir === '') {
    return settings.root && !readonly ? { ...plan, rootSettings: settings.root } : plan;
  }
  const create = settings.directory.create && !readonly;
  return { ...plan, directory: { ...settings.directory, create, parts: subDirectoryParts(source.subdir) } };
}
