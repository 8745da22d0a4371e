import { DriverError, parseMountSource, type NodeProvider } from '@lustre-csi/core';

/** Key of the volume context: the only fact that a node needs. */
export const SOURCE = 'source';

/** Mounts what the volume context names. It runs on every node, without a cloud and without credentials. */
export const exampleNode: NodeProvider = {
  contextKeys: [SOURCE],
  mountSource: ({ context }) => {
    const source = context[SOURCE];
    if (source === undefined) {
      throw new DriverError(
        'invalid-argument',
        `the volume context has no "${SOURCE}": write it in volumeAttributes`,
      );
    }
    return parseMountSource(source);
  },
};
