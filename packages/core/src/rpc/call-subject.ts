import { parseDirectoryHandle } from '../directory/directory-handle.js';

/** Kind of a volume or snapshot on which a call works. */
export type SubjectKind = 'file-system' | 'directory' | 'snapshot';

/** Work that a call requests, which may take several calls. */
export interface CallSubject {
  readonly operation: 'create' | 'delete' | 'expand' | 'modify';
  readonly kind: SubjectKind;
  /** Distinguishes works of one operation: the requested name, or the id. */
  readonly key: string;
}

interface SomeRequest {
  readonly name?: string;
  readonly volumeId?: string;
  readonly snapshotId?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

type Read = (request: SomeRequest) => CallSubject;

const ofVolume =
  (operation: CallSubject['operation']): Read =>
  ({ volumeId = '' }) => ({
    operation,
    kind: parseDirectoryHandle(volumeId) ? 'directory' : 'file-system',
    key: volumeId,
  });

const reads: Readonly<Record<string, Read>> = {
  CreateVolume: ({ name = '', parameters = {} }) => ({
    operation: 'create',
    kind: requestsDirectory(parameters) ? 'directory' : 'file-system',
    key: name,
  }),
  DeleteVolume: ofVolume('delete'),
  ControllerExpandVolume: ofVolume('expand'),
  ControllerModifyVolume: ofVolume('modify'),
  CreateSnapshot: ({ name = '' }) => ({ operation: 'create', kind: 'snapshot', key: name }),
  DeleteSnapshot: ({ snapshotId = '' }) => ({ operation: 'delete', kind: 'snapshot', key: snapshotId }),
};

/** Reads the work that a call requests; undefined for calls that change nothing in the cloud. */
export function subjectOf(method: string, request: unknown): CallSubject | undefined {
  return Object.hasOwn(reads, method) ? reads[method]?.(request as SomeRequest) : undefined;
}

/** Reports whether the parameters request a directory, in any case of letters: Azure's parameters have none. */
const requestsDirectory = (parameters: Readonly<Record<string, string>>): boolean =>
  Object.entries(parameters).some(
    ([key, value]) => key.toLowerCase() === 'provisioningmode' && value === 'directory',
  );
