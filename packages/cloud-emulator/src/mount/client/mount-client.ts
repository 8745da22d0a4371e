import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readMountTable } from '../mount-table.js';
import type { MountEntry } from '../mount-table.js';
import { deviceName, findServer } from './find-server.js';
import { errorText, kernelFailure, MountFailure } from './mount-failure.js';
import { parseMountOptions } from './mount-options.js';
import { isMountable, parseMountSource } from './mount-source.js';
import type { MountSource } from './mount-source.js';
import { readPublishedServers } from './published-servers.js';
import { mountInternally, unmountInternally } from './run-mount.js';
import { ServerStorage } from './server-storage.js';

/** Request of mount(8) to `mount.lustre`. */
export interface MountRequest {
  readonly source: string;
  readonly target: string;
  /** Comma separated. */
  readonly options: string;
  /** Check everything, mount nothing (`-f`). */
  readonly fake: boolean;
}

/** The directories that a namespace's helper works with. */
export interface MountDirectories {
  /** Directory in which the clouds publish their file systems. */
  readonly registry: string;
  /** Directory in which the tmpfs of each file system is mounted. */
  readonly storage: string;
}

/** mount.lustre refuses more than a page of options. */
const optionsLimit = 4096;

/**
 * Mounts a simulated Lustre file system, in the order of checks of mount.lustre(8) and the kernel client.
 *
 * @throws {@link MountFailure} as mount.lustre would end; then nothing is mounted.
 */
export function mountClient(request: MountRequest, { registry, storage }: MountDirectories): void {
  const source = parseMountSource(request.source);
  const servers = readPublishedServers(registry);
  const target = existingTarget(request.target);
  if (request.options.length >= optionsLimit) {
    throw new MountFailure(
      'E2BIG',
      `error: mount options too long, ${request.options.length} over limit ${optionsLimit}`,
    );
  }
  const options = parseMountOptions(request.options);
  if (options.unknown.length > 0 || !isMountable(source)) throw kernelFailure('EINVAL', source.text, target);
  const server = findServer(source, target, servers);
  const mounts = readMountTable();
  refuseTwice(source, target, options.remount, mounts, deviceName(server));
  if (request.fake) return;
  if (options.remount) {
    mountInternally(['-o', ['remount', 'bind', ...options.flags].join(','), target]);
    return;
  }
  const held = new ServerStorage(storage, mounts);
  held.discardAllBut(servers);
  bind(fileset(held.open(server), source, target), target, options.flags);
}

function existingTarget(target: string): string {
  try {
    return realpathSync(target);
  } catch {
    throw new MountFailure('ENOENT', `warning: ${target}: cannot resolve: ${errorText('ENOENT')}`);
  }
}

/** Refuses a second mount and a remount without a mount: mount.lustre looks into the mount table first. */
function refuseTwice(
  source: MountSource,
  target: string,
  remount: boolean,
  mounts: readonly MountEntry[],
  device: string,
): void {
  const mounted = mounts.some(
    (entry) => entry.target === target && entry.source === device && entry.root === (source.subdir || '/'),
  );
  if (mounted === remount) return;
  throw new MountFailure(
    mounted ? 'EEXIST' : 'ENOENT',
    `mount.lustre: according to /etc/mtab ${source.text} is ${mounted ? 'already' : 'not already'} mounted on ${target}`,
  );
}

/** The directory to mount. Symbolic links are not followed: the server looks the fileset up name by name. */
function fileset(root: string, source: MountSource, target: string): string {
  let path = root;
  for (const name of source.subdir.split('/').filter((part) => part !== '')) {
    path = join(path, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) throw kernelFailure('ENOENT', source.text, target);
    if (!found.isDirectory()) throw kernelFailure('ENOTDIR', source.text, target);
  }
  if (!lstatSync(target).isDirectory()) throw kernelFailure('ENOTDIR', source.text, target);
  return path;
}

function bind(directory: string, target: string, flags: readonly string[]): void {
  mountInternally(['--bind', directory, target]);
  if (flags.length === 0) return;
  try {
    mountInternally(['-o', ['remount', 'bind', ...flags].join(','), target]);
  } catch (error) {
    unmountInternally(target);
    throw error;
  }
}
