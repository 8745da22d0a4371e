import type { FileSystem } from './file-system.js';

/** Progress of a file system, for the message of a call whose time ends before the work does. */
export function describeProgress(fileSystem: FileSystem, ageSeconds: number): string {
  const since = ageSeconds >= 1 ? ` for ${describeSeconds(ageSeconds)}` : '';
  const detail = fileSystem.stateDetail ? ` (${fileSystem.stateDetail})` : '';
  return `file system ${fileSystem.id} is ${fileSystem.cloudState}${since}${detail}`;
}

function describeSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
