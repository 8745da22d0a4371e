import type { FlagDefinition } from '@lustre-csi/core';

/** The flag of azurelustre-csi-driver, with its default; aws-fsx-csi-driver always removes its taint. */
export const startupTaintFlag: FlagDefinition = {
  name: 'remove-not-ready-taint',
  type: 'boolean',
  default: 'true',
  description:
    'remove the taint DRIVER-NAME/agent-not-ready from this node once it can mount: the Lustre client is there and kubelet ' +
    'has registered the driver. Needs the right to get and patch nodes and to get csinodes',
};

/** The flags of the node service. */
export const nodeFlags: readonly FlagDefinition[] = [
  {
    name: 'mount-sharing',
    type: 'string',
    valueName: 'WHO',
    default: 'node',
    description:
      'who shares a Lustre client where the volume does not say it (`mountSharing`): node (all pods of the node) or pod',
  },
  {
    name: 'mounts-dir',
    type: 'string',
    valueName: 'DIR',
    description:
      'where the shared Lustre clients are mounted, in a directory with the name of the driver: a directory of the host ' +
      'with Bidirectional mount propagation. Default: mounts in --state-dir',
  },
  {
    name: 'unmount-force-after',
    type: 'string',
    valueName: 'SECONDS',
    description:
      'umount -f what cannot be unmounted for so long. Loses data that is not written yet. Default: never',
  },
  {
    name: 'unmount-lazy-after',
    type: 'string',
    valueName: 'SECONDS',
    description:
      'umount -l what cannot be unmounted for so long. Hides a mount that is still in use. Default: never',
  },
  {
    name: 'client-tuning-allow',
    type: 'string',
    valueName: 'KEY,...',
    description: 'the Lustre parameters that volumes may set with `clientTuning`; replaces the built-in list',
  },
  {
    name: 'kata-aware',
    type: 'boolean',
    description:
      'refuse to publish to pods whose runtime copies volumes into a virtual machine, where data would be lost. ' +
      'Needs podInfoOnMount and the right to get pods and runtimeclasses',
  },
  startupTaintFlag,
];
