import { isAtLeast } from '../client-version.js';
import { waitSeconds, type ClientSettings } from '../client-settings.js';
import type { ServerFaultKind } from '../../world/server-faults.js';
import { findServer, type ResolvedNid } from './find-server.js';
import { MgcStartLock } from './mgc-start-lock.js';
import { kernelFailure, type MountErrno } from './mount-failure.js';
import type { MountSource } from './mount-source.js';
import type { PublishedServer } from './published-servers.js';
import { ServerState } from './server-state.js';

/** Failure of a mount whose MGS does not answer. Times as measured with the real client. */
interface Silence {
  readonly seconds: number;
  readonly errno: MountErrno;
  /** Holds the kernel's only lock for new clients meanwhile. */
  readonly locks: boolean;
}

const silences: Readonly<Record<Exclude<ServerFaultKind, 'ost-dead' | 'mgs-frozen'>, Silence>> = {
  'mgs-unreachable': { seconds: 165, errno: 'ETIMEDOUT', locks: true },
  'mgs-refused': { seconds: 228, errno: 'ESHUTDOWN', locks: true },
  'mgs-stopped': { seconds: 9, errno: 'EIO', locks: false },
};

function silenceOf(fault: ServerFaultKind, { version }: ClientSettings): Silence {
  if (fault !== 'mgs-frozen' && fault !== 'ost-dead') return silences[fault];
  return isAtLeast(version, '2.17')
    ? { seconds: 301, errno: 'ESHUTDOWN', locks: false }
    : { seconds: 38.6, errno: 'EIO', locks: false };
}

/** A request of a client, and where its servers are looked up. */
export interface Contact {
  readonly source: MountSource;
  readonly target: string;
  readonly nids: readonly ResolvedNid[];
  readonly servers: readonly PublishedServer[];
  readonly settings: ClientSettings;
}

/**
 * Contacts the MGS of a source and looks up its file system. Waits while another mount holds the kernel's lock for new
 * clients, and as long as a client waits for an MGS that does not answer.
 *
 * @throws `MountFailure` as the kernel client would end.
 */
export function contactServers({ source, target, nids, servers, settings }: Contact): PublishedServer {
  const addresses = nids.filter(({ net }) => net === 'tcp').map(({ address }) => address);
  // The node has no interface on any other network.
  if (addresses.length === 0)
    throw kernelFailure(isAtLeast(settings.version, '2.17') ? 'EINVAL' : 'ENOENT', source.text, target);
  const state = new ServerState(settings.registry);
  const faults = new Map(addresses.map((address) => [address, state.mgsFault(address, servers)]));
  const answering = addresses.filter((address) => faults.get(address) === undefined);
  const lock = new MgcStartLock(settings);
  lock.waitForEarlier();
  if (answering.length > 0) return findServer(source, target, { servers, addresses: answering });
  const { seconds, errno, locks } = silenceOf(faults.get(addresses[0] ?? '') ?? 'mgs-unreachable', settings);
  const wait = (): void => waitSeconds(seconds, settings);
  if (locks) lock.during(wait);
  else wait();
  throw kernelFailure(errno, source.text, target);
}
