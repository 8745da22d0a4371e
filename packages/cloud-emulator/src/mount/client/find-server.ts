import { isIPv4 } from 'node:net';
import type { ClientVersion } from '../client-version.js';
import { kernelFailure, nidFailure } from './mount-failure.js';
import type { MountSource, Nid } from './mount-source.js';
import type { PublishedServer } from './published-servers.js';
import { SimulationError } from './simulation-error.js';

/** NID whose host name is resolved. */
export interface ResolvedNid {
  readonly address: string;
  readonly net: string;
}

/**
 * Resolves the names of a source, as mount.lustre does before it calls the kernel.
 *
 * @throws `MountFailure` EINVAL for a name that does not resolve.
 */
export const resolveNids = (
  source: MountSource,
  servers: readonly PublishedServer[],
  version: ClientVersion,
): readonly ResolvedNid[] =>
  source.nids.map((nid) => {
    const address = resolve(nid, servers);
    if (address === undefined) throw nidFailure(`${nid.host}@${nid.net}`, source.text, version);
    return { address, net: nid.net };
  });

/**
 * File system that a source names, among those whose MGS answers.
 *
 * @param addresses addresses of the MGS that answer
 * @throws `MountFailure` ENOENT where the MGS has no such file system. `SimulationError` where two emulators that share a
 *   registry have given out the same address.
 */
export function findServer(
  source: MountSource,
  target: string,
  {
    servers,
    addresses,
  }: { readonly servers: readonly PublishedServer[]; readonly addresses: readonly string[] },
): PublishedServer {
  const [server, other] = servers.filter(
    ({ mgsAddresses, fsname }) =>
      fsname === source.fsname && mgsAddresses.some((each) => addresses.includes(each)),
  );
  if (!server) throw kernelFailure('ENOENT', source.text, target);
  if (other) throw new SimulationError(`${server.id} and ${other.id} both answer to ${source.text}`);
  return server;
}

function resolve(nid: Nid, servers: readonly PublishedServer[]): string | undefined {
  if (isIPv4(nid.host)) return nid.host;
  const name = nid.host.toLowerCase();
  const server = servers.find(({ dnsNames }) => dnsNames.some((each) => each.toLowerCase() === name));
  return server?.mgsAddresses[0];
}

/** The device name of a file system's storage in the mount table: addresses, never names. */
export const deviceName = ({ mgsAddresses, fsname }: PublishedServer): string =>
  `${mgsAddresses.map((address) => `${address}@tcp`).join(':')}:/${fsname}`;
