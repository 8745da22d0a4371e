import { isIPv4 } from 'node:net';
import { usageFailure, kernelFailure } from './mount-failure.js';
import type { MountSource, Nid } from './mount-source.js';
import type { PublishedServer } from './published-servers.js';
import { SimulationError } from './simulation-error.js';

/**
 * The file system that a source names, among those that answer: names are resolved first (as mount.lustre does before
 * it asks the kernel), then some MGS must answer on `tcp`, then it must know the file system.
 *
 * @throws `MountFailure`: EINVAL for a name that does not resolve, EIO where no MGS answers, ENOENT where the MGS has
 *   no such file system. `SimulationError` where two emulators that share a registry have given out the same address.
 */
export function findServer(
  source: MountSource,
  target: string,
  servers: readonly PublishedServer[],
): PublishedServer {
  const addresses = source.nids.map((nid) => ({ address: resolve(nid, servers), net: nid.net }));
  const reachable = addresses.filter(({ net }) => net === 'tcp').map(({ address }) => address);
  const answering = servers.filter((server) => server.mgsAddresses.some((each) => reachable.includes(each)));
  if (answering.length === 0) throw kernelFailure('EIO', source.text, target);
  const [server, other] = answering.filter(({ fsname }) => fsname === source.fsname);
  if (!server) throw kernelFailure('ENOENT', source.text, target);
  if (other) throw new SimulationError(`${server.id} and ${other.id} both answer to ${source.text}`);
  return server;
}

function resolve(nid: Nid, servers: readonly PublishedServer[]): string {
  if (isIPv4(nid.host)) return nid.host;
  const name = nid.host.toLowerCase();
  const server = servers.find(({ dnsNames }) => dnsNames.some((each) => each.toLowerCase() === name));
  const address = server?.mgsAddresses[0];
  if (address === undefined) throw usageFailure(`Can't parse NID '${nid.host}@${nid.net}'`);
  return address;
}

/** The device name that the kernel shows for a client of this file system: addresses, never names. */
export const deviceName = ({ mgsAddresses, fsname }: PublishedServer): string =>
  `${mgsAddresses.map((address) => `${address}@tcp`).join(':')}:/${fsname}`;
