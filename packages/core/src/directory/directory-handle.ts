import { createHash } from 'node:crypto';

/** Content of a directory's handle: enough to find it again. */
export interface DirectoryHandle {
  /** The provider's name of the file system: `ParentFileSystems.parentOf`. */
  readonly parent: string;
  readonly base: readonly string[];
  /** Of the volume's name: `directoryKey`. */
  readonly key: string;
  /** The project whose quota is the volume's capacity; absent: there is no quota. */
  readonly projectId?: number;
}

const PREFIX = 'dir';

/** Largest volume_id that CSI allows, in bytes (spec, "Size Limits"). */
export const LONGEST_HANDLE = 128;

/** The name under which a volume is registered: of fixed length, for any volume name. */
export function directoryKey(volumeName: string): string {
  return createHash('sha256').update(volumeName).digest('hex').slice(0, 32);
}

/** `dir:HOST:BASE:KEY`, with `:PROJECT` where there is a quota. */
export function formatDirectoryHandle({ parent, base, key, projectId }: DirectoryHandle): string {
  const parts = [PREFIX, escaped(parent), escaped(base.join('/')), key];
  return [...parts, ...(projectId === undefined ? [] : [String(projectId)])].join(':');
}

const HANDLE = /^dir:(?<parent>[^:]+):(?<base>[^:]*):(?<key>[0-9a-f]{32})(?::(?<project>[1-9]\d{0,9}))?$/;

interface HandleParts {
  readonly parent: string;
  readonly base: string;
  readonly key: string;
  readonly project?: string;
}

/** Reads a handle. Undefined: none of a directory. */
export function parseDirectoryHandle(volumeId: string): DirectoryHandle | undefined {
  const found = HANDLE.exec(volumeId)?.groups as HandleParts | undefined;
  const parent = found && unescaped(found.parent);
  const base = found && unescaped(found.base)?.split('/');
  if (!found || !parent || !base || base.some((name) => /^\.\.?$/.test(name))) return undefined;
  const projectId = found.project && { projectId: Number(found.project) };
  return { parent, base: base.filter((name) => name !== ''), key: found.key, ...projectId };
}

/** Colons part the handle; the rest of what paths and NIDs are made of can stay readable. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/%2F|%40|%2C/g, (code) => decodeURIComponent(code));

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
