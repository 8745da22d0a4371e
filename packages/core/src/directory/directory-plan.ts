import { DriverError, isDriverError } from '../errors/driver-error.js';
import { trimSlashes } from '../model/trim-slashes.js';
import { subDirectoryParts } from '../mount/sub-directory.js';
import { Capacity } from '../model/capacity.js';
import type { VolumeRequest } from '../model/volume-request.js';
import { directoryKey, formatDirectoryHandle, LONGEST_HANDLE } from './directory-handle.js';
import { provisioningModeKey, type DirectoryClass } from './directory-parameters.js';
import { registryName } from './registry/open-base.js';
import { renderTemplate } from './path-template.js';
import type { DesiredDirectory } from './registry/worker-protocol.js';

/** Quota of a volume without a requested size. */
const USUAL_QUOTA = Capacity.gibibytes(1);

/** Directory to create, and its location. */
export interface DirectoryPlan {
  readonly parent: string;
  readonly base: readonly string[];
  readonly desired: DesiredDirectory;
}

/** Reads `provisioningMode`. @throws DriverError invalid-argument */
export function provisioningMode(
  parameters: Readonly<Record<string, string>>,
  caseInsensitive: boolean,
): 'directory' | 'filesystem' {
  const fold = (text: string): string => (caseInsensitive ? text.toLowerCase() : text);
  const given = Object.entries(parameters).find(([name]) => fold(name) === fold(provisioningModeKey));
  const mode = given?.[1] || 'filesystem';
  if (mode === 'directory') return mode;
  // Providers that hand out existing file systems read that mode; others refuse it.
  if (mode === 'filesystem' || mode === 'existing') return 'filesystem';
  throw new DriverError(
    'invalid-argument',
    `parameter "${provisioningModeKey}" is "${mode}"; legal: directory, filesystem, and existing where a driver hands out existing file systems`,
  );
}

/** Plans the directory that a request describes. Pure. @throws DriverError invalid-argument */
export function directoryPlan(request: VolumeRequest, settings: DirectoryClass): DirectoryPlan {
  refuseExtras(request);
  const key = directoryKey(request.name);
  refuseLongHandle(settings, key);
  const { required, limit } = request.capacityRange;
  const capacity = required ?? (settings.quota === 'none' ? Capacity.zero : (limit ?? USUAL_QUOTA));
  const { uid, gid, mode, stripe, quota, onDelete, removeEmptyParents, nodeSettings } = settings;
  return {
    parent: settings.parent,
    base: settings.base,
    desired: {
      name: request.name,
      key,
      path: pathOf(request, settings, key),
      capacityBytes: capacity.bytes.toString(),
      range: {
        ...(required ? { required: required.bytes.toString() } : {}),
        ...(limit ? { limit: limit.bytes.toString() } : {}),
      },
      settings: {
        ...{ uid, gid, mode, stripe, quota, onDelete, node: nodeSettings },
        ...(removeEmptyParents ? { removeEmptyParents } : {}),
      },
      projectIds: settings.projectIds,
    },
  };
}

function refuseExtras({ contentSource, mutableParameters }: VolumeRequest): void {
  if (contentSource) {
    throw new DriverError(
      'invalid-argument',
      `a directory cannot be created from a ${contentSource.kind}: Lustre has neither; copy the files in a pod`,
    );
  }
  const [unknown] = Object.keys(mutableParameters);
  if (unknown === undefined) return;
  throw new DriverError(
    'invalid-argument',
    `directories have no mutable parameter "${unknown}", nor any other`,
  );
}

/** Before anything is made: an orchestrator may cut such a handle, or refuse the volume that is there already. */
function refuseLongHandle({ parent, base, quota, projectIds }: DirectoryClass, key: string): void {
  const project = quota === 'none' ? {} : { projectId: projectIds.last };
  const bytes = Buffer.byteLength(formatDirectoryHandle({ parent, base, key, ...project }));
  if (bytes <= LONGEST_HANDLE) return;
  throw new DriverError(
    'invalid-argument',
    `the handle of the volume would have ${bytes} bytes, and CSI allows ${LONGEST_HANDLE}: it names the file system ` +
      `("${parent}") and basePath ("/${base.join('/')}"). Shorten basePath; where NIDs name the file system, name fewer of ` +
      'them (a client that reaches one MGS learns the others) or shorter host names',
  );
}

/** A name that is no name of a file (any Unicode may be a volume's) is replaced by the key. */
function pathOf(request: VolumeRequest, { subPath }: DirectoryClass, key: string): readonly string[] {
  if (subPath === undefined) return [isFileName(request.name) ? request.name : `volume-${key}`];
  const path = renderTemplate(subPath, { ...request.metadata, volumeName: request.name });
  const names = subPathParts(trimSlashes(path));
  // Providers replace such variables when a volume is mounted.
  if (!path.includes('${') && !names.includes(registryName)) return names;
  throw new DriverError('invalid-argument', `subPath: "${path}" cannot be the path of a volume`);
}

function subPathParts(path: string): readonly string[] {
  try {
    return subDirectoryParts(path);
  } catch (error) {
    throw isDriverError(error) ? error.prefixed('parameter "subPath"') : error;
  }
}

function isFileName(name: string): boolean {
  if (name.includes('/') || name.includes('${') || name === registryName) return false;
  try {
    subDirectoryParts(name);
    return true;
  } catch {
    return false;
  }
}
