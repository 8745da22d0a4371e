import { defaultTiming, type MountServices } from '../mount/mount-services.js';
import type { Log } from '../model/log.js';
import { join } from 'node:path';
import type { Clock } from '../concurrency/clock.js';
import { ClientMountRecords } from '../mount/client/client-mount-records.js';
import { CommandRunner } from '../process/command.js';
import type { MountHelper } from '../mount/client/mount-helper.js';
import { LinuxMounter } from '../mount/linux-mounter.js';
import { readMountTable } from '../mount/table/mount-table-reader.js';
import { Publications } from '../mount/publications.js';
import { SharedMounts } from '../mount/client/shared-mounts.js';
import { TargetChildren } from '../process/target-children.js';
import type { ParentParts } from './mounted-parent.js';

/** Mount engine of the controller: the node's engine, in a directory of the controller's own. */
export interface ControllerMounts extends Pick<ParentParts, 'mounts' | 'runner'> {
  /** Takes over what an earlier run has left. */
  load(): Promise<void>;
}

/** Touches nothing before `load`. */
export function controllerMounts(
  stateDir: string,
  log: Log,
  clock: Clock,
  mountHelper: MountHelper = 'auto',
): ControllerMounts {
  const runner = new CommandRunner(clock);
  const mounter = new LinuxMounter(new TargetChildren(runner, clock), clock, { log, mountHelper });
  const basis: MountServices = {
    mounter,
    publications: new Publications(stateDir, log),
    readMountTable,
    clock,
    log,
    timing: defaultTiming,
    afterMount: [],
  };
  const mountsDir = join(stateDir, 'mounts');
  const mounts = new SharedMounts(basis, new ClientMountRecords(stateDir, mountsDir, log), mountsDir);
  return {
    mounts,
    runner,
    load: async () => {
      await mounter.adopt(await mounts.load());
      mounts.sweep();
    },
  };
}
