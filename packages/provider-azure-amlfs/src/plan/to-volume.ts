import type { Capacity, FileSystem, Volume, VolumeMetadata } from '@lustre-csi/core';
import { resourceName } from './resource-name.js';
import { attribute } from './to-file-system.js';
import { contextKey, mgsAddressOf, usualFsname } from '../node/volume-context.js';
import { formatVolumeHandle } from '../node/volume-handle.js';

/** Converts a file system of this driver to its volume. The handle depends on the file system alone, where Azure keeps the
 *  sub-directory in a tag, so that ListVolumes returns the same one as CreateVolume. Until Azure reports the MGS address,
 *  neither the handle nor the context has one, and CreateVolume does not answer. */
export function volumeOf(
  fileSystem: FileSystem,
  plan?: { readonly subDir: string | undefined; readonly metadata: VolumeMetadata },
): Volume {
  const { id, listingScope, mountSource, capacity } = fileSystem;
  return volume({
    name: id,
    mgsAddress: mountSource ? mgsAddressOf(mountSource) : '',
    fsname: mountSource?.fsname ?? usualFsname,
    subDir: fileSystem.attributes[attribute.subDir] ?? plan?.subDir,
    resourceGroup: listingScope,
    dynamic: true,
    metadata: plan?.metadata ?? {},
    capacity,
  });
}

/** Settings of a StorageClass with mgs-ip-address. */
export interface StaticVolume {
  readonly volumeName: string;
  readonly mgsAddress: string;
  readonly fsname: string | undefined;
  readonly subDir: string | undefined;
  readonly resourceGroup: string | undefined;
  readonly metadata: VolumeMetadata;
  readonly capacity: Capacity;
}

/** Builds a volume that refers to an existing file system of another owner. */
export function staticVolume({ volumeName, fsname, resourceGroup, ...rest }: StaticVolume): Volume {
  return volume({
    ...rest,
    name: resourceName(volumeName),
    fsname: fsname ?? usualFsname,
    resourceGroup: resourceGroup ?? '',
    dynamic: false,
  });
}

interface VolumeParts {
  readonly name: string;
  readonly mgsAddress: string;
  readonly fsname: string;
  readonly subDir: string | undefined;
  readonly resourceGroup: string;
  readonly dynamic: boolean;
  readonly metadata: VolumeMetadata;
  readonly capacity: Capacity;
}

function volume(parts: VolumeParts): Volume {
  const { name, mgsAddress, fsname, resourceGroup, dynamic, metadata, capacity } = parts;
  const subDir = parts.subDir ?? '';
  const context: Record<string, string | undefined> = {
    [contextKey.mgsAddress]: mgsAddress,
    [contextKey.fsname]: fsname,
    [contextKey.subDir]: subDir,
    [contextKey.resourceGroup]: resourceGroup,
    [contextKey.createdDynamically]: dynamic ? 't' : 'f',
    // Keys to which a sub-directory may refer; kubelet adds those of the pod.
    'csi.storage.k8s.io/pvc/name': metadata.pvcName,
    'csi.storage.k8s.io/pvc/namespace': metadata.pvcNamespace,
    'csi.storage.k8s.io/pv/name': metadata.pvName,
  };
  return {
    id: formatVolumeHandle({ name, fsname, mgsAddress, subDir, dynamic, resourceGroup }),
    capacity,
    context: Object.fromEntries(
      Object.entries(context).filter((entry): entry is [string, string] => Boolean(entry[1])),
    ),
  };
}
