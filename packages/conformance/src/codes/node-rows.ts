import type { csi } from '@lustre-csi/core/client';

type Mode = keyof typeof csi.VolumeCapability_AccessMode_Mode;

/** gRPC status codes. */
export const nodeCodes = { OK: 0, NOT_FOUND: 5, ALREADY_EXISTS: 6, FAILED_PRECONDITION: 9 } as const;

/** A publication: its differences from that of a ReadWriteMany volume at target `a`. */
export interface Publication {
  readonly target?: 'a' | 'b';
  readonly mode?: Mode;
  readonly readonly?: boolean;
  readonly mountFlags?: readonly string[];
  /** Another volume than that of the other rows; `gone`: its file system does not exist; `static`: the same file system, with
   *  a handle that an administrator has chosen. */
  readonly volume?: 'other' | 'gone' | 'static';
  /** Adds the keys that kubelet and external-provisioner add to a context. */
  readonly hasForeignKeys?: boolean;
}

/** One row: `before` is published, then this request gets this code, and this number of mounts exists. */
export interface NodeRow {
  readonly row: string;
  readonly what: string;
  readonly before?: Publication;
  readonly request:
    { readonly publish: Publication } | { readonly unpublish: 'a' | 'b' } | { readonly stats: 'a' | 'b' };
  /** Number of simultaneous requests, each of which gets the code. Default 1. */
  readonly atOnce?: number;
  /** Kills and restarts the driver between the two. */
  readonly isRestarted?: boolean;
  readonly code: keyof typeof nodeCodes;
  readonly mounts: number;
  /** Words or values that the message has to contain. */
  readonly names?: string;
}

const oneWriter = { mode: 'SINGLE_NODE_SINGLE_WRITER' } as const;
const writer = { mode: 'SINGLE_NODE_WRITER' } as const;
const reader = { mode: 'SINGLE_NODE_READER_ONLY' } as const;
const writers = { mode: 'SINGLE_NODE_MULTI_WRITER' } as const;
const readers = { mode: 'MULTI_NODE_READER_ONLY' } as const;
const sharedWriter = { mode: 'MULTI_NODE_SINGLE_WRITER' } as const;

// prettier-ignore
export const nodeRows: readonly NodeRow[] = [
  { row: '1b.NodePublish.7', what: 'a volume', request: { publish: {} }, code: 'OK', mounts: 1 },
  { row: '1b.NodePublish.8', what: 'a volume that does not exist', request: { publish: { volume: 'gone' } }, code: 'NOT_FOUND', mounts: 0, names: 'nothere' },
  { row: '1b.NodePublish.9', what: 'the same target, the same arguments', before: {}, request: { publish: {} }, code: 'OK', mounts: 1 },
  { row: '1b.NodePublish.10', what: 'the same target, read-only', before: {}, request: { publish: { readonly: true } }, code: 'ALREADY_EXISTS', mounts: 1, names: 'read-only' },
  { row: '1b.NodePublish.11', what: 'the same target, another access mode', before: {}, request: { publish: writers }, code: 'ALREADY_EXISTS', mounts: 1, names: 'access mode' },
  { row: '1b.NodePublish.12', what: 'the same target, other mount flags', before: {}, request: { publish: { mountFlags: ['flock'] } }, code: 'ALREADY_EXISTS', mounts: 1, names: 'mount options' },
  { row: '1b.NodePublish.13', what: 'another target, MULTI_NODE_MULTI_WRITER', before: {}, request: { publish: { target: 'b' } }, code: 'OK', mounts: 2 },
  { row: '1b.NodePublish.14', what: 'another target, MULTI_NODE_READER_ONLY', before: readers, request: { publish: { ...readers, target: 'b' } }, code: 'OK', mounts: 2 },
  { row: '1b.NodePublish.15', what: 'another target, SINGLE_NODE_MULTI_WRITER', before: writers, request: { publish: { ...writers, target: 'b' } }, code: 'OK', mounts: 2 },
  { row: '1b.NodePublish.16', what: 'another target, SINGLE_NODE_SINGLE_WRITER', before: oneWriter, request: { publish: { ...oneWriter, target: 'b' } }, code: 'FAILED_PRECONDITION', mounts: 1, names: 'SINGLE_NODE_SINGLE_WRITER' },
  { row: '1b.NodePublish.17', what: 'another target, SINGLE_NODE_WRITER', before: writer, request: { publish: { ...writer, target: 'b' } }, code: 'FAILED_PRECONDITION', mounts: 1, names: 'SINGLE_NODE_WRITER' },
  { row: '1b.NodePublish.18', what: 'another target, SINGLE_NODE_READER_ONLY', before: reader, request: { publish: { ...reader, target: 'b' } }, code: 'FAILED_PRECONDITION', mounts: 1, names: 'SINGLE_NODE_READER_ONLY' },
  { row: '1b.NodePublish.19', what: 'the same target, another volume', before: {}, request: { publish: { volume: 'other' } }, code: 'FAILED_PRECONDITION', mounts: 1, names: 'is published there' },
  { row: '1b.NodePublish.20', what: 'another volume at another target', before: oneWriter, request: { publish: { ...oneWriter, volume: 'other', target: 'b' } }, code: 'OK', mounts: 2 },
  { row: '1b.NodePublish.21', what: 'another target, MULTI_NODE_SINGLE_WRITER', before: sharedWriter, request: { publish: { ...sharedWriter, target: 'b' } }, code: 'OK', mounts: 2 },
  { row: '1b.NodePublish.22', what: 'the same target, no longer read-only', before: { readonly: true }, request: { publish: {} }, code: 'ALREADY_EXISTS', mounts: 1, names: 'read-only' },
  { row: '1b.NodeUnpublish.4', what: 'what is published', before: {}, request: { unpublish: 'a' }, code: 'OK', mounts: 0 },
  { row: '1b.NodeUnpublish.5', what: 'where it is not published', before: {}, request: { unpublish: 'b' }, code: 'OK', mounts: 1 },
  { row: '1b.NodeGetVolumeStats.5', what: 'a volume where it is published', before: {}, request: { stats: 'a' }, code: 'OK', mounts: 1 },
  { row: '1b.NodeGetVolumeStats.6', what: 'a volume where it is not published', before: {}, request: { stats: 'b' }, code: 'NOT_FOUND', mounts: 1, names: 'published' },
  { row: '1c.NodePublish.1', what: 'again after a restart', before: {}, isRestarted: true, request: { publish: {} }, code: 'OK', mounts: 1 },
  { row: '1c.NodePublish.2', what: 'a second target after a restart, SINGLE_NODE_SINGLE_WRITER', before: oneWriter, isRestarted: true, request: { publish: { ...oneWriter, target: 'b' } }, code: 'FAILED_PRECONDITION', mounts: 1, names: 'SINGLE_NODE_SINGLE_WRITER' },
  { row: '1c.NodePublish.3', what: 'ten times at once', request: { publish: {} }, atOnce: 10, code: 'OK', mounts: 1 },
  { row: '1c.NodePublish.4', what: 'with keys of kubelet and the provisioner', request: { publish: { hasForeignKeys: true } }, code: 'OK', mounts: 1 },
  { row: '1c.NodePublish.5', what: 'again without those keys', before: { hasForeignKeys: true }, request: { publish: {} }, code: 'OK', mounts: 1 },
  { row: '1c.NodePublish.6', what: 'a static volume, by its context alone', request: { publish: { volume: 'static' } }, code: 'OK', mounts: 1 },
  { row: '1c.NodeUnpublish.1', what: 'after a restart', before: {}, isRestarted: true, request: { unpublish: 'a' }, code: 'OK', mounts: 0 },
];
