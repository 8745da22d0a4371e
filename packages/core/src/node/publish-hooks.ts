import type { PublishCommand } from './publish-command.js';

/** Hook that may refuse a publish before it mounts anything, by throwing a DriverError. It is not called where the volume is
 *  mounted already: kubelet repeats such calls for running pods. */
export type BeforePublish = (command: PublishCommand, signal: AbortSignal) => Promise<void>;
