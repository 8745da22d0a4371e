import type { ServerProbe } from '@lustre-csi/core/diagnosis';

/** Probe of the servers from inside a guest. A container has the network of the pod, the Lustre client that of the machine: no
 *  connection of this process shows if the client reaches a server, so the mount itself has to. */
export const guestProbe: ServerProbe = {
  look: async () => ({ verdict: 'reachable', words: '' }),
  explain: async () =>
    'the container has another network than the Lustre client and cannot probe it: check that TCP 988 and 1018-1023 are open between ' +
    'the subnet of the machines of peer pods and the file system, and that their networks are peered',
};
