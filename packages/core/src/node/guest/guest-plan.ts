import { DriverError } from '../../errors/driver-error.js';
import { formatMountSource } from '../../model/mount-source.js';
import { publishSettingKeys, publishSettings } from '../../model/publish-settings.js';
import { isReadOnly } from '../../model/volume-capability.js';
import { mountOptions, requestsReadOnly } from '../../mount/mount-options.js';
import { refuseOutside } from '../../mount/target-bounds.js';
import { mountPointOf, targetKey } from '../../mount/target-path.js';
import type { NodeContext } from '../node-context.js';
import type { PublishCommand } from '../publish-command.js';
import type { GuestPublication, PodTarget } from './guest-records.js';

type PlanBasis = Pick<NodeContext, 'targetBounds' | 'recentMountTable'>;

/** Decides how a volume is published for a guest. Checks what the node would check before a mount.
 *  @throws DriverError invalid-argument naming what is wrong in the command */
export async function guestPublication(command: PublishCommand, basis: PlanBasis): Promise<GuestPublication> {
  const { volumeId, source, capability, context = {}, lnet } = command;
  const { accessMode, mountFlags } = capability;
  publishSettings(context, 'pod');
  const readonly = command.readonly || isReadOnly(accessMode) || requestsReadOnly(mountFlags);
  mountOptions(mountFlags, readonly);
  return {
    ...(await podTarget(command.targetPath, basis)),
    ...{ volumeId, source: formatMountSource(source), accessMode, readonly, mountFlags },
    settings: settingsOf(context),
    ...(lnet ? { lnet } : {}),
  };
}

/** Finds the place of a target in its pod. @throws DriverError invalid-argument if it is no volume of a pod */
export async function podTarget(
  requested: string,
  { targetBounds, recentMountTable }: PlanBasis,
): Promise<PodTarget> {
  const targetPath = targetKey(requested);
  const mountPoint = await mountPointOf(targetPath, await recentMountTable());
  await refuseOutside({ targetPath, mountPoint }, targetBounds);
  const podUid = /\/pods\/(?<uid>[^/]+)\/volumes\/kubernetes\.io~csi\/[^/]+\/mount$/.exec(targetPath)
    ?.groups?.['uid'];
  if (podUid !== undefined) return { targetPath, mountPoint, podUid };
  throw new DriverError(
    'invalid-argument',
    `target_path: ${JSON.stringify(targetPath)} is not the path of a pod's volume (pods/UID/volumes/kubernetes.io~csi/NAME/mount), ` +
      'and Kata looks for volumes of guests only there',
  );
}

/** Directory of all pods that a target lies in. */
export const podsDirectoryOf = ({ targetPath, podUid }: PodTarget): string =>
  targetPath.slice(0, targetPath.indexOf(`/pods/${podUid}/`) + '/pods'.length);

const settingNames = new Set(Object.values(publishSettingKeys).map((key) => key.toLowerCase()));

/** Keys that concern the mount; others, such as the name of the pod, are no business of the guest. */
const settingsOf = (context: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(context)
      .filter(([key]) => settingNames.has(key.toLowerCase()))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
