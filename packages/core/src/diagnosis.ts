// For commands that examine a node beside the driver that serves: what the driver itself sees, read without it.
export { systemClock } from './concurrency/clock.js';
export { parseClientMountRecord } from './mount/client/client-mount-records.js';
export { MgsProbe, type ServerLook, type ServerProbe } from './mount/client/mgs-probe.js';
export { TargetConnections, describeLostTargets } from './mount/client/target-connections.js';
export { KernelLog } from './mount/failure/kernel-log.js';
export { mountAround, parseMountInfo, type MountEntry, type MountTable } from './mount/table/mount-table.js';
export { readMountTable } from './mount/table/mount-table-reader.js';
export { parsePublication, type Publication } from './mount/publications.js';
export { readRecordFile } from './mount/record-file.js';
export { isCsiTarget, kubeletDirectories } from './mount/target-bounds.js';
export { builtInMode } from './node/runtime-guard.js';
export { StatfsHelper, UnresponsiveError } from './node/statfs-helper.js';
export { CommandRunner } from './process/command.js';
export { listProcesses, readArguments, readWaitChannel, type ProcessStat } from './process/process-table.js';
export { describeState } from './process/stuck-child.js';
export { readClass, smallestSizes, type ClassReading } from './request/read-class.js';
export { parseDirectoryHandle } from './directory/directory-handle.js';
