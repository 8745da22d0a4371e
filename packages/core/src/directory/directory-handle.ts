import { createHash } from 'node:crypto';

/** What the handle of a directory says: enough to find it again. */
export interface DirectoryHandle {
  /** The provider's name of the file system: `DirectoryHosts.hostOf`. */
  readonly host: string;
  readonly base: readonly string[];
  /** Of the volume's name: `directoryKey`. */
  readonly key: string;
  /** The project whose quota is the volume's capacity; absent: there is no quota. */
  readonly projectId?: number;
}

const PREFIX = 'dir';

/** The name under which a volume is registered: of fixed length, whatever the volume is called. */
export function directoryKey(volumeName: string): string {
  return createHash('sha256').update(volumeName).digest('hex').slice(0, 32);
}

/** `dir:HOST:BASE:KEY`, with `:PROJECT` where there is a quota. */
export function formatDirectoryHandle({ host, base, key, projectId }: DirectoryHandle): string {
  const parts = [PREFIX, escaped(host), escaped(base.join('/')), key];
  return [...parts, ...(projectId === undefined ? [] : [String(projectId)])].join(':');
}

/** Reads a handle. Undefined: none of a directory. */
export function parseDirectoryHandle(volumeId: string): DirectoryHandle | undefined {
  const [prefix, host = '', base = '', key = '', projectId = '', ...rest] = volumeId.split(':');
  const isOurs = prefix === PREFIX && host !== '' && /^[0-9a-f]{32}$/.test(key) && /^\d{0,10}$/.test(projectId);
  if (!isOurs || rest.length > 0) return undefined;
  const names = unescaped(base)?.split('/');
  const plainHost = unescaped(host);
  if (plainHost === undefined || !names || names.some((name) => name === '.' || name === '..')) return undefined;
  return {
    host: plainHost,
    base: names.filter((name) => name !== ''),
    key,
    ...(projectId === '' ? {} : { projectId: Number(projectId) }),
  };
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
