import type { ErrorKind } from '../../errors/driver-error.js';

/** Failed `mount -t lustre`: the request, and the result of mount(8) and mount.lustre. */
export interface FailedMount {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly source: string;
  readonly target: string;
  /** `uname -r` of the node. */
  readonly kernel: string;
  /** Finding about the client or the server, which replaces the general advice. */
  readonly finding?: string;
  /** Lines of the kernel's log since the mount began, quoted. */
  readonly kernelLog?: string;
}

/** Kind of failure that is diagnosed further before it is reported. */
export type MountSymptom = 'no-client' | 'unreachable' | 'exists';

export interface Explanation {
  /** Errno that mount.lustre exits with. */
  readonly exitCode?: number;
  /** Output of mount.lustre; it decides before the status, which mount(8) also uses for its own errors. */
  readonly text: RegExp;
  /** Condition on the request, where one status has several causes. */
  readonly when?: (failed: FailedMount) => boolean;
  readonly kind: ErrorKind;
  readonly symptom?: MountSymptom;
  readonly advice: (failed: FailedMount) => string;
}

const noClient = ({ kernel }: FailedMount): string =>
  `the node has no working Lustre client for its kernel ${kernel}: install the lustre-client packages for exactly ` +
  `this kernel and load the module (modprobe lustre); the mount is tried again without a restart of the driver`;

/** LNet networks of the source that are not TCP. */
const otherNetworks = ({ source }: FailedMount): readonly string[] =>
  [...source.slice(0, source.indexOf(':/')).matchAll(/@(?!tcp)(\w+)/g)].map(([, network = '']) => network);

const hasOtherNetwork = (failed: FailedMount): boolean => otherNetworks(failed).length > 0;
const hasSubDirectory = ({ source }: FailedMount): boolean => /:\/[^/]+\/./.test(source);

const noInterface = (failed: FailedMount): string =>
  `the node's LNet may have no interface on the network ${otherNetworks(failed).join(', ')}: compare "lnetctl net show" ` +
  'on the node with the NIDs of the file system';

/** Table from mount.lustre(8), mount_lustre.c and clients of 2.15 and 2.17; specific entries come first. */
export const explanations: readonly Explanation[] = [
  {
    text: /unknown filesystem type '?lustre/,
    kind: 'failed-precondition',
    symptom: 'no-client',
    advice: noClient,
  },
  {
    text: /(?:Can't (?:parse|resolve)|Unsupported) NID '[\w.-]*[a-z][\w.-]*@/i,
    kind: 'unavailable',
    advice: ({ source }) =>
      `a host name in ${source} could not be resolved on the node: check the name, and that the node's DNS resolves ` +
      `names of the file system's network`,
  },
  {
    text: /Can't (?:parse|resolve) NID|Unsupported NID/i,
    kind: 'invalid-argument',
    advice: ({ source }) =>
      `the client does not know the LNet network of a NID in ${source}: check its spelling (tcp, o2ib, efa and so on)`,
  },
  {
    exitCode: 19,
    text: /: No such device/,
    kind: 'failed-precondition',
    symptom: 'no-client',
    advice: noClient,
  },
  {
    // Without mount.lustre the kernel's mount(2) lacks the options that only the helper adds.
    text: /wrong fs type, bad option, bad superblock/,
    kind: 'failed-precondition',
    symptom: 'no-client',
    advice: noClient,
  },
  {
    text: /mount point (?:\S+ )?does not exist/,
    kind: 'unavailable',
    advice: () => 'the target directory was removed while the mount began; the next attempt recreates it',
  },
  {
    exitCode: 2,
    text: /: No such file or directory/,
    when: hasOtherNetwork,
    // Clients up to 2.16 report a missing interface like this.
    kind: 'not-found',
    advice: (failed) =>
      `${noInterface(failed)}. If it has one, the servers do not know the file system or its sub-directory`,
  },
  {
    exitCode: 2,
    text: /: No such file or directory/,
    kind: 'not-found',
    advice: ({ source }) =>
      `the servers answered, but do not know ${source}: check the file system's mount name and, if the volume has a ` +
      `sub-directory, that it exists`,
  },
  {
    exitCode: 5,
    text: /: Input\/output error/,
    kind: 'unavailable',
    symptom: 'unreachable',
    advice: () =>
      'the management server did not answer: check that the file system is available, that security rules allow ' +
      'TCP 988 and 1018-1023 between node and file system in both directions, and that the source port is not ' +
      'translated (SNAT)',
  },
  {
    exitCode: 110,
    text: /: Connection timed out/,
    kind: 'unavailable',
    symptom: 'unreachable',
    advice: () =>
      'no packet came back: check routing and the security rules for TCP 988 and 1018-1023 between the node and ' +
      'the file system',
  },
  {
    exitCode: 108,
    text: /: Cannot send after transport endpoint shutdown/,
    kind: 'unavailable',
    symptom: 'unreachable',
    advice: () =>
      'the management server closed the connection or stopped answering: check that it runs, and that security rules ' +
      'allow TCP 988 and 1018-1023 between node and file system',
  },
  {
    exitCode: 113,
    text: /: No route to host/,
    kind: 'unavailable',
    symptom: 'unreachable',
    advice: () => 'the node has no route to the management server: check peering and route tables',
  },
  {
    exitCode: 100,
    text: /: Network is down/,
    kind: 'unavailable',
    advice: () =>
      'LNet has no network on this node: check "lnetctl net show", and the options of the module lnet',
  },
  {
    exitCode: 12,
    text: /: Cannot allocate memory/,
    kind: 'unavailable',
    advice: () => 'the kernel of the node is out of memory; it is tried again',
  },
  {
    exitCode: 20,
    text: /: Not a directory/,
    kind: 'failed-precondition',
    advice: ({ source }) =>
      `the sub-directory in ${source} is a file, or leads through one: correct the volume's path`,
  },
  {
    exitCode: 36,
    text: /: File name too long/,
    kind: 'invalid-argument',
    advice: ({ source }) =>
      `a name in ${source} is too long: a file system name has 8 characters at most, a directory's name 255 bytes`,
  },
  {
    exitCode: 7,
    text: /: Argument list too long|mount options too long/,
    kind: 'invalid-argument',
    advice: () => 'the mount options are too long: shorten mountOptions',
  },
  {
    exitCode: 22,
    text: /: Invalid argument/,
    when: hasOtherNetwork,
    kind: 'unavailable',
    advice: (failed) =>
      `${noInterface(failed)}. If it has one, the client rejected a mount option: check mountOptions`,
  },
  {
    exitCode: 22,
    text: /: Invalid argument/,
    when: hasSubDirectory,
    kind: 'failed-precondition',
    advice: ({ source }) =>
      `the sub-directory in ${source} may be a symbolic link, which the servers do not follow: name the directory that it ` +
      'leads to. If it is none, the client rejected a mount option: check mountOptions',
  },
  {
    exitCode: 22,
    text: /: Invalid argument|usage: mount\.lustre/,
    kind: 'invalid-argument',
    advice: () =>
      "the client rejected a mount option or the file system's name: check mountOptions and the mount name; " +
      "the node's kernel log names it",
  },
  {
    exitCode: 123,
    text: /: No medium found/,
    kind: 'unavailable',
    advice: () => 'the file system has no storage targets yet: it is still being built; try again later',
  },
  {
    exitCode: 17,
    text: /: File exists|is already mounted on/,
    kind: 'unavailable',
    symptom: 'exists',
    advice: () => 'several mounts began at once and collided in the client; it is tried again',
  },
  {
    exitCode: 16,
    text: /: Device or resource busy/,
    kind: 'aborted',
    advice: () => 'the target is in use by another mount operation; try again later',
  },
  {
    exitCode: 1,
    text: /: Operation not permitted|must be superuser/,
    kind: 'permission-denied',
    advice: () =>
      'the node plugin may not mount: its container must be privileged (CAP_SYS_ADMIN); if it is, the file ' +
      "system's nodemap refuses this client",
  },
  {
    exitCode: 13,
    text: /: Permission denied/,
    kind: 'permission-denied',
    advice: () =>
      "the file system's nodemap or root squash refuses this client, or SELinux refuses the mount: check both",
  },
];
