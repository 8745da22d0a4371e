import { isUsable, type ControllerProvider, type FileSystem } from '@lustre-csi/core';
import type { CommandConfig } from '../config/config.js';
import { createContainer, tokens } from '../container/container.js';
import type { DriverDefinition } from '../driver-definition.js';
import { inClusterEndpoint } from '../kubernetes/in-cluster-endpoint.js';
import type { KubeClient } from '../kubernetes/kube-client.js';
import { listAll } from '../kubernetes/list-all.js';
import { textAt } from '../kubernetes/object-fields.js';
import { createLog } from '../logger.js';

/** Volumes of this driver that Kubernetes knows. */
export interface KnownVolumes {
  /** Handles of the driver's PersistentVolumes. */
  readonly handles: readonly string[];
  /** Uids of all PersistentVolumeClaims: the external-provisioner names volumes after them. */
  readonly claimUids: readonly string[];
}

/**
 * The command `orphans`: prints the file systems that this driver created and that neither a PersistentVolume nor a claim
 * refers to. CSI cannot prevent them: a provisioner that restarts forgets a creation whose claim is deleted meanwhile.
 * Changes nothing.
 * @returns the number of orphans
 * @throws Error if the cloud or the cluster cannot be listed completely
 */
export async function orphansCommand(
  config: CommandConfig,
  driver: DriverDefinition,
  print: (line: string) => void,
): Promise<number> {
  const { plugin, settings, logLevel, logFormat } = config;
  const endpoint = inClusterEndpoint(settings, 'orphans');
  const log = createLog(
    logLevel,
    { driver: plugin.driverName, command: 'orphans' },
    { format: logFormat, descriptor: 2 },
  );
  const container = await createContainer(driver, config, log);
  const provider = await container.getAsync(tokens.controllerProvider);
  const { KubeClient } = await import('../kubernetes/kube-client.js');
  const client = new KubeClient(endpoint);
  const { fileSystems, orphans } = await findOrphans(provider, client, plugin.driverName);
  await client.close();
  for (const orphan of orphans) print(describe(orphan));
  print(
    orphans.length === 0
      ? `all ${fileSystems.length} file systems have a PersistentVolume or a claim`
      : `${orphans.length} of ${fileSystems.length} file systems have neither a PersistentVolume nor a claim. Nothing was ` +
          'changed: check each of them, and delete in the cloud those that are not needed',
  );
  if (orphans.length > 0 && (await container.getAsync(tokens.clusterId)) === '') {
    print(
      'without an id of the cluster (--cluster-id), some may belong to other clusters in the same account: check there, too',
    );
  }
  return orphans.length;
}

/** Finds the orphans of a driver, and the file systems among which it looked.
 *  @throws Error if the cloud or the cluster cannot be listed completely */
export async function findOrphans(
  provider: ControllerProvider,
  client: Pick<KubeClient, 'get'>,
  driverName: string,
): Promise<{ readonly fileSystems: readonly FileSystem[]; readonly orphans: readonly FileSystem[] }> {
  // First the cloud: a file system that is created after this listing has its claim in the next one.
  const fileSystems = await allFileSystems(provider);
  const known = await knownVolumes(client, driverName);
  return { fileSystems, orphans: orphansAmong(fileSystems, known) };
}

async function allFileSystems(provider: ControllerProvider): Promise<readonly FileSystem[]> {
  const signal = AbortSignal.timeout(300_000);
  const found = await Promise.all(provider.listingScopes().map((scope) => provider.list(scope, signal)));
  return found.flat().filter(({ volumeName, state }) => volumeName !== undefined && state !== 'deleting');
}

/** Reads the volumes and claims of the cluster; needs `list` on persistentvolumes and persistentvolumeclaims. */
export async function knownVolumes(
  client: Pick<KubeClient, 'get'>,
  driverName: string,
): Promise<KnownVolumes> {
  const { signal } = new AbortController();
  const [volumes, claims] = await Promise.all([
    listAll(client, '/api/v1/persistentvolumes', signal),
    listAll(client, '/api/v1/persistentvolumeclaims', signal),
  ]);
  return {
    handles: volumes
      .filter((volume) => textAt(volume, 'spec', 'csi', 'driver') === driverName)
      .flatMap((volume) => textAt(volume, 'spec', 'csi', 'volumeHandle') ?? []),
    claimUids: claims.flatMap((claim) => textAt(claim, 'metadata', 'uid') ?? []),
  };
}

/** Selects the file systems that no handle and no claim refers to. A handle may contain more than the file system's name:
 *  a directory, one volume of several. Pure. */
export function orphansAmong(
  fileSystems: readonly FileSystem[],
  { handles, claimUids }: KnownVolumes,
): readonly FileSystem[] {
  const named = new Set(handles.flatMap(namesIn));
  return fileSystems.filter(
    ({ id, volumeName = '' }) =>
      !named.has(id.toLowerCase()) && !claimUids.some((uid) => volumeName.endsWith(uid)),
  );
}

/** Selects file systems that exist for the same volume, by volume: only one of them is used. Pure. */
export function duplicatesAmong(fileSystems: readonly FileSystem[]): readonly (readonly FileSystem[])[] {
  const byName = new Map<string, FileSystem[]>();
  for (const fileSystem of fileSystems.filter(isUsable)) {
    const name = fileSystem.volumeName ?? '';
    byName.set(name, [...(byName.get(name) ?? []), fileSystem]);
  }
  return [...byName].filter(([name, all]) => name !== '' && all.length > 1).map(([, all]) => all);
}

/** Words of a handle. Handles of directories contain the file system's name escaped as in a URL. */
const namesIn = (handle: string): readonly string[] =>
  handle
    .toLowerCase()
    .replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .split(/[^a-z0-9_.-]+/);

function describe(orphan: FileSystem): string {
  const { id, listingScope, volumeName = '', cloudState, capacity, createdAt, directoryBases } = orphan;
  const since = createdAt ? `, since ${createdAt.toISOString()}` : '';
  const holds = directoryBases
    ? `; contains directories that may be volumes (${directoryBases.join(', ') || 'the tags of their base paths are lost'})`
    : '';
  const state = isUsable(orphan) ? '' : ', not usable';
  return `${id} (${listingScope}): created for volume ${volumeName}, ${capacity.toString()}, ${cloudState}${state}${since}${holds}`;
}
