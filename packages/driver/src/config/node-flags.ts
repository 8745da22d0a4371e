import type { FlagDefinition } from '@lustre-csi/core';

/** Flag of azurelustre-csi-driver, with its default; aws-fsx-csi-driver always removes its taint. */
export const startupTaintFlag: FlagDefinition = {
  name: 'remove-not-ready-taint',
  type: 'boolean',
  default: 'true',
  description:
    'remove the taint DRIVER-NAME/agent-not-ready from this node once it can mount: the Lustre client is installed and ' +
    'kubelet has registered the driver. Needs the right to get and patch nodes and to get csinodes',
};

/** Flags of node-driver-registrar, with its meaning. */
const registrationFlags: readonly FlagDefinition[] = [
  {
    name: 'kubelet-registration-path',
    type: 'string',
    valueName: 'PATH',
    description:
      'path on the host of the socket of --endpoint: the driver registers itself with kubelet, and needs no ' +
      'node-driver-registrar. Default: no registration',
  },
  {
    name: 'plugin-registration-path',
    type: 'string',
    valueName: 'DIR',
    default: '/registration',
    description:
      "kubelet's directory plugins_registry, in which the driver makes a socket to register itself",
  },
];

/** Flags of the node service. */
export const nodeFlags: readonly FlagDefinition[] = [
  {
    name: 'mount-sharing',
    type: 'string',
    valueName: 'SCOPE',
    default: 'node',
    description:
      'scope in which pods share a Lustre client, unless the volume sets `mountSharing`: node or pod',
  },
  {
    name: 'mounts-dir',
    type: 'string',
    valueName: 'DIR',
    description:
      'directory of the host, with Bidirectional mount propagation, for the shared Lustre clients: they are mounted in a ' +
      'subdirectory with the name of the driver. Default: mounts in --state-dir',
  },
  {
    name: 'target-dirs',
    type: 'string',
    valueName: 'DIR,...',
    description:
      "directories in which volumes may be published, besides kubelet's: it is known in /var/lib/kubelet and the places of " +
      'RKE, K3s, k0s, MicroK8s, IBM Cloud and Tanzu. Needed for a kubelet with another --root-dir',
  },
  {
    name: 'mount-helper',
    type: 'string',
    valueName: 'USE',
    default: 'auto',
    description:
      'use of mount.lustre: auto (where it is installed in the container), require (always) or kernel (never: the driver ' +
      'gives the kernel what mount.lustre would). Also for the mounts of a controller with directories',
  },
  {
    name: 'unmount-force-after',
    type: 'string',
    valueName: 'SECONDS',
    description:
      'force-unmount (umount -f) volumes that are stuck for this long. Loses data that is not written yet. Default: never',
  },
  {
    name: 'unmount-lazy-after',
    type: 'string',
    valueName: 'SECONDS',
    description:
      'lazily unmount (umount -l) volumes that are stuck for this long. Hides a mount that is still in use. Default: never',
  },
  {
    name: 'client-tuning-allow',
    type: 'string',
    valueName: 'KEY,...',
    description: 'Lustre parameters that volumes may set with `clientTuning`; replaces the built-in list',
  },
  {
    name: 'mount-options-allow',
    type: 'string',
    valueName: 'NAME,...',
    description:
      'mount options that volumes may have besides those that the driver knows, such as options of a newer Lustre. Set it ' +
      'on the controller too',
  },
  {
    name: 'kata-aware',
    type: 'boolean',
    description:
      'refuse to publish to pods whose runtime copies volumes into a virtual machine, which loses data. ' +
      'Needs podInfoOnMount and the right to get pods and runtimeclasses',
  },
  {
    name: 'guest-volumes',
    type: 'boolean',
    description:
      'with --kata-aware: volumes of pods whose RuntimeClass has the annotation DRIVER-NAME/volume-mode: guest are mounted inside ' +
      'the virtual machine of the pod, by a container of the pod that runs the command guest',
  },
  {
    name: 'direct-volumes-dir',
    type: 'string',
    valueName: 'DIR',
    default: '/run/kata-containers/shared/direct-volumes',
    environment: 'KATA_DIRECT_VOLUME_ROOT_PATH',
    description: "directory of the node for Kata's direct-assigned volumes, with --guest-volumes",
  },
  startupTaintFlag,
  ...registrationFlags,
];
