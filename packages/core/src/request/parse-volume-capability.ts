import {
  VolumeCapability_AccessMode_Mode as Mode,
  type VolumeCapability as WireCapability,
} from '../gen/csi.js';
import { checkMountFlags } from '../mount/mount-options.js';
import type { AccessMode, VolumeCapability } from '../model/volume-capability.js';
import { invalidField, missing, requireEntries, requireMessage } from './require.js';

const accessModes = new Map<Mode, AccessMode>([
  [Mode.SINGLE_NODE_WRITER, 'SINGLE_NODE_WRITER'],
  [Mode.SINGLE_NODE_READER_ONLY, 'SINGLE_NODE_READER_ONLY'],
  [Mode.MULTI_NODE_READER_ONLY, 'MULTI_NODE_READER_ONLY'],
  [Mode.MULTI_NODE_SINGLE_WRITER, 'MULTI_NODE_SINGLE_WRITER'],
  [Mode.MULTI_NODE_MULTI_WRITER, 'MULTI_NODE_MULTI_WRITER'],
  [Mode.SINGLE_NODE_SINGLE_WRITER, 'SINGLE_NODE_SINGLE_WRITER'],
  [Mode.SINGLE_NODE_MULTI_WRITER, 'SINGLE_NODE_MULTI_WRITER'],
]);

/** Parses every capability of the list; at least one is required. */
export function parseVolumeCapabilities(
  capabilities: readonly WireCapability[],
  moreMountOptions: readonly string[] = [],
): readonly VolumeCapability[] {
  return requireEntries(capabilities, 'volume_capabilities').map((capability, index) =>
    parseVolumeCapability(capability, `volume_capabilities[${index}]`, moreMountOptions),
  );
}

/** Parses one capability, which must be a mount.
 *  @param moreMountOptions names of mount options that the operator allows besides the known ones
 *  @throws DriverError invalid-argument naming the field */
export function parseVolumeCapability(
  given: WireCapability | undefined,
  field = 'volume_capability',
  moreMountOptions: readonly string[] = [],
): VolumeCapability {
  const { accessType, accessMode } = requireWholeCapability(given, field);
  if (accessType.$case === 'block') {
    throw invalidField(
      `${field}.block`,
      'is not possible: Lustre is a file system, not a block device (use volumeMode: Filesystem)',
    );
  }
  // fs_type is not checked: old provisioners wrote ext4 into every PersistentVolume, and the Go drivers accept it.
  const { fsType, mountFlags } = accessType.value;
  checkMountFlags(mountFlags, moreMountOptions);
  return { accessMode: parseAccessMode(accessMode, field), fsType, mountFlags };
}

/** Requires a complete capability, even if no volume can have it.
 *  @throws DriverError invalid-argument naming the field */
export function requireWholeCapability(
  given: WireCapability | undefined,
  field: string,
): { readonly accessType: NonNullable<WireCapability['accessType']>; readonly accessMode: Mode } {
  const { accessType, accessMode: { mode: accessMode } = { mode: Mode.UNKNOWN } } = requireMessage(
    given,
    field,
  );
  if (accessType === undefined) throw missing(`${field}.access_type`);
  if (accessMode === Mode.UNKNOWN) throw missing(`${field}.access_mode`);
  return { accessType, accessMode };
}

function parseAccessMode(mode: Mode, field: string): AccessMode {
  const accessMode = accessModes.get(mode);
  if (!accessMode) throw invalidField(`${field}.access_mode`, `is ${mode}, which CSI 1.12 does not define`);
  return accessMode;
}
