import type { PublishCommand } from './publish-command.js';
/** May refuse a publish that is about to mount something, by throwing a DriverError. Not asked about what is mounted
 *  already: kubelet repeats such calls for pods that run. */
export type BeforePublish = (command: PublishCommand, signal: AbortSignal) => Promise<void>;
