import { listAt, textAt, valueAt } from './object-fields.js';

/**
 * Reason why the guest of a pod could not mount the volumes of a driver itself; undefined: the pod has what that needs. Without
 * the checked parts its containers would write to a directory of the guest instead of the volume, with success.
 */
export function guestRefusal(pod: unknown, driverName: string): string | undefined {
  const volumes = listAt(pod, 'spec', 'volumes');
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  return (
    subPathRefusal(containers, namesOf(volumes.filter(isClaim))) ??
    sidecarRefusal(
      listAt(pod, 'spec', 'initContainers'),
      namesOf(volumes.filter((volume) => handsOff(volume, driverName))),
      driverName,
    )
  );
}

const namesOf = (objects: readonly unknown[]): readonly string[] =>
  objects.flatMap((object) => textAt(object, 'name') ?? []);

const isClaim = (volume: unknown): boolean =>
  valueAt(volume, 'persistentVolumeClaim') !== undefined || valueAt(volume, 'ephemeral') !== undefined;

const handsOff = (volume: unknown, driverName: string): boolean =>
  textAt(volume, 'csi', 'driver') === driverName &&
  textAt(volume, 'csi', 'volumeAttributes', 'handOff') === 'true';

/** Kubelet creates a subPath in the directory on the node, and the runtime copies it. */
function subPathRefusal(containers: readonly unknown[], claims: readonly string[]): string | undefined {
  for (const container of containers) {
    const mount = listAt(container, 'volumeMounts').find(
      (each) =>
        claims.includes(textAt(each, 'name') ?? '') &&
        (textAt(each, 'subPath') ?? textAt(each, 'subPathExpr') ?? '') !== '',
    );
    if (!mount) continue;
    return (
      `container ${textAt(container, 'name') ?? ''} mounts a sub-directory of volume ${textAt(mount, 'name') ?? ''} (subPath), ` +
      'which kubelet looks up on the node, where nothing is mounted: its data would be lost. Mount the whole volume, or use a ' +
      'volume of the sub-directory'
    );
  }
  return undefined;
}

function sidecarRefusal(
  initContainers: readonly unknown[],
  handOffs: readonly string[],
  driverName: string,
): string | undefined {
  const example = 'see examples/peer-pods';
  if (handOffs.length === 0) {
    return `the pod has no inline volume of ${driverName} with the attribute handOff: "true", from which its guest learns what to mount; ${example}`;
  }
  const sidecar = initContainers.find((container) =>
    listAt(container, 'volumeMounts').some((mount) => handOffs.includes(textAt(mount, 'name') ?? '')),
  );
  if (!sidecar || textAt(sidecar, 'restartPolicy') !== 'Always') {
    return `no init container with restartPolicy: Always mounts the volume ${handOffs.join(', ')} and runs "lustre-csi guest"; ${example}`;
  }
  if (valueAt(sidecar, 'startupProbe') !== undefined) return undefined;
  return (
    `init container ${textAt(sidecar, 'name') ?? ''} has no startupProbe, so that the other containers would start before the ` +
    `volumes are mounted; ${example}`
  );
}
