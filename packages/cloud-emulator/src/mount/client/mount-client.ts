import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  clientDirectory,
  pause,
  storageDirectory,
  waitSeconds,
  type ClientSettings,
} from '../client-settings.js';
import { readMountTable } from '../mount-table.js';
import type { MountEntry } from '../mount-table.js';
import { ClientMounts } from '../table/client-mounts.js';
import { shownSource } from '../table/shown-source.js';
import { superOptions } from '../table/super-options.js';
import { contactServers } from './contact-servers.js';
import { deviceName, resolveNids } from './find-server.js';
import { errorText, kernelFailure, MountFailure } from './mount-failure.js';
import { parseMountOptions, type MountOptions } from './mount-options.js';
import { isMountable, isNameTooLong, parseMountSource } from './mount-source.js';
import type { MountSource } from './mount-source.js';
import { readPublishedServers } from './published-servers.js';
import { mountInternally, unmountInternally } from './run-mount.js';
import { ServerStorage } from './server-storage.js';
import { SimulationError } from './simulation-error.js';

/** Request of mount(8) to `mount.lustre`. */
export interface MountRequest {
  readonly source: string;
  readonly target: string;
  /** Comma separated. */
  readonly options: string;
  /** Check everything, mount nothing (`-f`). */
  readonly fake: boolean;
}

/** mount.lustre refuses more than a page of options. */
const optionsLimit = 4096;
/** Pause of mount.lustre after each failure, if it may repeat (`retry=`). */
const RETRY_SECONDS = 32;

/**
 * Mounts a simulated Lustre file system, in the order of checks of mount.lustre(8) and the kernel client. Where it is compiled,
 * `native/mount-lustre.c` makes the mounts that need no waiting and no check beyond the plainest, and leaves the others to this function.
 *
 * @throws {@link MountFailure} as mount.lustre would end; then nothing is mounted.
 */
export function mountClient(request: MountRequest, settings: ClientSettings): void {
  const source = parseMountSource(request.source, settings.version);
  const target = existingTarget(request.target);
  if (request.options.length >= optionsLimit) {
    throw new MountFailure(
      'E2BIG',
      `error: mount options too long, ${request.options.length} over limit ${optionsLimit}`,
    );
  }
  const options = parseMountOptions(request.options, settings.version);
  for (let left = options.retry; ; left -= 1) {
    try {
      mountOnce({ request, source, target, options, settings });
      return;
    } catch (error) {
      const mayRepeat = options.retry > 0 && error instanceof MountFailure && error.origin === 'kernel';
      if (mayRepeat) waitSeconds(RETRY_SECONDS, settings);
      if (!mayRepeat || left <= 0) throw error;
    }
  }
}

/** Parsed request. */
interface Attempt {
  readonly request: MountRequest;
  readonly source: MountSource;
  readonly target: string;
  readonly options: MountOptions;
  readonly settings: ClientSettings;
}

function mountOnce({ request, source, target, options, settings }: Attempt): void {
  const servers = readPublishedServers(settings.registry);
  const nids = resolveNids(source, servers, settings.version);
  if (isNameTooLong(source)) throw kernelFailure('ENAMETOOLONG', source.text, target);
  if (options.unknown.length > 0 || !isMountable(source)) throw kernelFailure('EINVAL', source.text, target);
  const server = contactServers({ source, target, nids, servers, settings });
  const mounts = readMountTable();
  refuseTwice(source, target, options.remount, mounts, deviceName(server));
  if (request.fake) return;
  if (options.remount) {
    mountInternally(['-o', ['remount', 'bind', ...options.flags].join(','), target]);
    return;
  }
  const held = new ServerStorage(storageDirectory(settings));
  held.discardAllBut(servers);
  pause(server.mountSeconds ?? 0);
  bind(fileset(held.open(server), source, target), target, options.flags);
  new ClientMounts(clientDirectory(settings)).write(makeGroup(target), {
    device: deviceName(server),
    root: source.subdir || '/',
    source: shownSource(source, nids, settings.version),
    superOptions: superOptions(options.client, options.flags.includes('ro'), settings.version),
  });
}

/** Gives a client's mount a peer group of its own, as it has below a shared mount. Returns the group's number. */
function makeGroup(target: string): string {
  // The storage may be shared itself, in a container.
  mountInternally(['--make-private', '--make-shared', target]);
  const group = readMountTable().findLast((entry) => entry.target === target)?.group;
  if (group === undefined) throw new SimulationError(`${target} has no peer group`);
  return group;
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

/** Directory to mount. Symbolic links are not followed: the server looks the fileset up name by name. */
function fileset(root: string, source: MountSource, target: string): string {
  let path = root;
  for (const name of source.subdir.split('/').filter((part) => part !== '')) {
    path = join(path, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) throw kernelFailure('ENOENT', source.text, target);
    if (found.isSymbolicLink()) throw kernelFailure('EINVAL', source.text, target);
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
