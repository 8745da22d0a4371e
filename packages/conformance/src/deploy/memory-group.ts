import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Files of a memory control group, of version 1 or 2. */
const versions = [
  { parent: join(ROOT, 'memory'), usage: 'memory.usage_in_bytes', inactive: 'total_inactive_file' },
  { parent: ROOT, usage: 'memory.current', inactive: 'inactive_file' },
] as const;

/** Control group for the memory of a process and its children. */
export interface MemoryGroup {
  /** File that takes the id of a process. */
  readonly processes: string;
  /** Bytes that the kernel would not drop at once: the working set, as kubelet reports it. */
  workingSet(): number;
  remove(): void;
}

/** Makes a control group; undefined: this machine does not let the test. */
export function makeMemoryGroup(name: string): MemoryGroup | undefined {
  for (const { parent, usage, inactive } of versions) {
    const directory = join(parent, name);
    try {
      mkdirSync(directory);
    } catch {
      continue;
    }
    if (!existsSync(join(directory, usage))) {
      rmdirSync(directory);
      continue;
    }
    const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
    return {
      processes: join(directory, 'cgroup.procs'),
      workingSet: () =>
        Number(read(usage)) - Number(new RegExp(`^${inactive} (\\d+)$`, 'm').exec(read('memory.stat'))?.[1]),
      remove: () => rmdirSync(directory),
    };
  }
  return undefined;
}
