import { messageOf } from '@lustre-csi/core';
import { parseDirectoryHandle, readClass } from '@lustre-csi/core/diagnosis';
import { listAll } from '../../kubernetes/list-all.js';
import { textAt, textsAt } from '../../kubernetes/object-fields.js';
import { storageClassesOf } from '../../kubernetes/storage-classes.js';
import { outcomeOf, skipped, type Check, type Finding, type Outcome } from '../check.js';
import type { ClusterContext } from './cluster-context.js';

async function classesRead(
  { kube, driverName, provider }: ClusterContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const classes = await storageClassesOf(kube, driverName, signal);
  if (classes.length === 0) return skipped(`no StorageClass names ${driverName}`);
  const controller = await provider();
  const findings = await Promise.all(
    classes.map(async ({ name, parameters }): Promise<Finding | undefined> => {
      try {
        await readClass(driverName, controller, parameters);
        return undefined;
      } catch (error) {
        return {
          subject: `StorageClass ${name}`,
          cause: messageOf(error),
          nextStep:
            'delete the class and create it with the right parameters: they cannot be changed. Volumes stay as they are',
        };
      }
    }),
  );
  return outcomeOf(
    findings.filter((finding) => finding !== undefined),
    classes.map(({ name }) => name).join(', '),
  );
}

interface PersistentVolume {
  readonly name: string;
  readonly handle: string;
  readonly context: Readonly<Record<string, string>>;
}

async function volumesOf(
  { kube, driverName }: ClusterContext,
  signal: AbortSignal,
): Promise<readonly PersistentVolume[]> {
  const all = await listAll(kube, '/api/v1/persistentvolumes', signal);
  return all
    .filter((volume) => textAt(volume, 'spec', 'csi', 'driver') === driverName)
    .map((volume) => ({
      name: textAt(volume, 'metadata', 'name') ?? '',
      handle: textAt(volume, 'spec', 'csi', 'volumeHandle') ?? '',
      context: textsAt(volume, 'spec', 'csi', 'volumeAttributes'),
    }));
}

async function volumesMountable(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const volumes = await volumesOf(context, signal);
  if (volumes.length === 0) return skipped('there is no PersistentVolume of this driver');
  const findings = volumes.flatMap(({ name, handle, context: volumeContext }): readonly Finding[] => {
    try {
      context.nodeProvider.mountSource({ volumeId: handle, context: volumeContext });
      return [];
    } catch (error) {
      const nextStep =
        'create the PersistentVolume again with the right volumeHandle and volumeAttributes (persistentVolumeReclaimPolicy: Retain first)';
      return [{ subject: `PersistentVolume ${name}`, cause: messageOf(error), nextStep }];
    }
  });
  return outcomeOf(findings, `${volumes.length} PersistentVolumes name a source that can be mounted`);
}

async function volumesExist(context: ClusterContext, signal: AbortSignal): Promise<Outcome> {
  const volumes = await volumesOf(context, signal);
  if (volumes.length === 0) return skipped('there is no PersistentVolume of this driver');
  const provider = await context.provider();
  const listed = (
    await Promise.all(provider.listingScopes().map((scope) => provider.list(scope, signal)))
  ).flat();
  const ids = new Set(listed.map(({ id, listingScope }) => `${listingScope}\n${id}`.toLowerCase()));
  const findings: Finding[] = [];
  for (const { name, handle } of volumes) {
    const parent = parseDirectoryHandle(handle)?.parent;
    const reference =
      parent === undefined ? provider.parseVolumeId(handle) : provider.parentFileSystems?.referenceTo(parent);
    if (!reference || reference.staticSource) continue;
    if (ids.has(`${reference.listingScope}\n${reference.id}`.toLowerCase())) continue;
    if ((await provider.find(reference, signal)) !== undefined) continue;
    findings.push({
      subject: `PersistentVolume ${name}`,
      cause: `its file system ${reference.id} does not exist in the cloud: it was deleted, or belongs to another account or region`,
      nextStep: 'restore it from a backup, or delete the PersistentVolume and its claim',
    });
  }
  return outcomeOf(
    findings,
    `the file systems of ${volumes.length} PersistentVolumes exist, as far as the driver created them`,
  );
}

/** Checks of classes and volumes. */
export const volumeChecks: readonly Check<ClusterContext>[] = [
  {
    id: 'LCSI-K010',
    title: 'The parameters of the StorageClasses are right',
    severity: 'error',
    about:
      'Reads the parameters of each StorageClass of the driver as CreateVolume does. `lustre-csi preflight` also checks them against the cloud.',
    limitMs: 30_000,
    run: classesRead,
  },
  {
    id: 'LCSI-K011',
    title: 'The PersistentVolumes can be mounted',
    severity: 'error',
    about: 'Reads handle and volumeAttributes of each PersistentVolume of the driver as a node does.',
    run: volumesMountable,
  },
  {
    id: 'LCSI-K012',
    title: 'The file systems of the PersistentVolumes exist',
    severity: 'error',
    about: 'Looks up in the cloud the file system of each PersistentVolume of the driver.',
    limitMs: 60_000,
    run: volumesExist,
  },
];
