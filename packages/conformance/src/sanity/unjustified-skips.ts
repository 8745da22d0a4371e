import { csi, type CsiClient } from '@lustre-csi/core/client';
import type { SpecResult } from './junit-report.js';

/** Reasons for which csi-sanity skips specs, in its words, and the capability that it did not find. */
const missingCapability: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'GroupControllerService not supported': 'plugin GROUP_CONTROLLER_SERVICE',
    'SNAPSHOT_ACCESSIBILITY_CONSTRAINTS not supported': 'plugin SNAPSHOT_ACCESSIBILITY_CONSTRAINTS',
    'CreateVolume not supported': 'controller CREATE_DELETE_VOLUME',
    'DeleteVolume not supported': 'controller CREATE_DELETE_VOLUME',
    'Controller Service not provided: CreateVolume not supported': 'plugin CONTROLLER_SERVICE',
    'ControllerPublishVolume not supported': 'controller PUBLISH_UNPUBLISH_VOLUME',
    'Controller Publish, UnpublishVolume not supported': 'controller PUBLISH_UNPUBLISH_VOLUME',
    'ControllerUnpublishVolume not supported': 'controller PUBLISH_UNPUBLISH_VOLUME',
    'ControllerPublishVolume.readonly field not supported': 'controller PUBLISH_READONLY',
    'ListVolumes not supported': 'controller LIST_VOLUMES',
    'GetCapacity not supported': 'controller GET_CAPACITY',
    'Snapshot not supported': 'controller CREATE_DELETE_SNAPSHOT',
    'CreateSnapshot not supported': 'controller CREATE_DELETE_SNAPSHOT',
    'DeleteSnapshot not supported': 'controller CREATE_DELETE_SNAPSHOT',
    'ListSnapshots not supported': 'controller LIST_SNAPSHOTS',
    'GetSnapshot not supported': 'controller GET_SNAPSHOT',
    'Volume Cloning not supported': 'controller CLONE_VOLUME',
    'ControllerExpandVolume not supported': 'controller EXPAND_VOLUME',
    'ControllerModifyVolume not supported': 'controller MODIFY_VOLUME',
    'Modify volume not supported': 'controller MODIFY_VOLUME',
    'Modify Volume not supported': 'controller MODIFY_VOLUME',
    'ControllerGetVolumeHealth not supported': 'controller GET_VOLUME_HEALTH',
    'ControllerListVolumeHealth not supported': 'controller LIST_VOLUME_HEALTH',
    'NodeStageVolume not supported': 'node STAGE_UNSTAGE_VOLUME',
    'NodeUnstageVolume not supported': 'node STAGE_UNSTAGE_VOLUME',
    'NodeGetVolume not supported': 'node GET_VOLUME_STATS',
    'NodeExpandVolume not supported': 'node EXPAND_VOLUME',
    'NodeGetVolumeHealth not supported': 'node GET_VOLUME_HEALTH',
    'NodeGetStorageHealth not supported': 'node GET_STORAGE_HEALTH',
    'Service does not have single node multi writer capability': 'node SINGLE_NODE_MULTI_WRITER',
  }),
);

/** Word of ginkgo for specs that the suite has disabled. */
const PUT_ASIDE = 'pending';

/** Specs that were skipped for another reason than a missing capability: an option that the suite was not given, or a
 *  capability that it did not see although the driver advertises it. */
export function unjustifiedSkips(
  advertised: ReadonlySet<string>,
  results: readonly SpecResult[],
): readonly SpecResult[] {
  return results.filter(({ status, reason }) => {
    if (status !== 'skipped' || reason === PUT_ASIDE) return false;
    const capability = missingCapability.get(reason);
    return capability === undefined || advertised.has(capability);
  });
}

type Capabilities = readonly { readonly type?: { readonly value: { readonly type: number } } | undefined }[];

/** Capabilities that a driver advertises, as the table names them: `controller EXPAND_VOLUME`. */
export async function advertisedCapabilities(
  controller: CsiClient,
  node: CsiClient,
): Promise<ReadonlySet<string>> {
  const plugin = await node.identity.getPluginCapabilities({});
  const services = plugin.capabilities.filter(({ type }) => type?.$case === 'service');
  return new Set([
    ...names('plugin', services, csi.PluginCapability_Service_Type),
    ...names(
      'controller',
      (await controller.controller.controllerGetCapabilities({})).capabilities,
      csi.ControllerServiceCapability_RPC_Type,
    ),
    ...names(
      'node',
      (await node.node.nodeGetCapabilities({})).capabilities,
      csi.NodeServiceCapability_RPC_Type,
    ),
  ]);
}

const names = (
  whose: string,
  capabilities: Capabilities,
  spelling: Readonly<Record<number, string>>,
): readonly string[] =>
  capabilities.map(({ type }) => `${whose} ${spelling[type?.value.type ?? 0] ?? String(type?.value.type)}`);
