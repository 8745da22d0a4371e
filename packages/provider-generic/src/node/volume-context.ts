import {
  DriverError,
  formatMountSource,
  isDriverError,
  createMountSource,
  parseMountSource,
  trimSlashes,
  volumeAttributes,
  type LustreMountSource,
  type PublishedVolume,
} from '@lustre-csi/core';
import { below, sourceInHandle } from './volume-handle.js';

/** Keys of the volume context: the whole source, or its parts. */
export const contextKey = {
  /** Source in the form of `mount -t lustre`: `NID[:NID...]:/FSNAME[/SUBDIR]`. */
  source: 'source',
  /** NIDs, `NID[,NID...][:NID...]`: `,` separates the interfaces of one server, `:` failover partners. */
  mgsNids: 'mgsNids',
  /** Lustre fsname, at most 8 characters. */
  fsName: 'fsName',
  /** Path below the root of the file system, or below the sub-directory of `source`. */
  subDir: 'subDir',
} as const;

/** Keys with which PersistentVolumes of other Lustre drivers state the same. */
export const foreignKey = {
  /** luscsi: NIDs of the MGS. */
  mgsAddress: 'mgsAddress',
  /** luscsi: directory of the file system; `subDir` lies below it. */
  sharePath: 'sharePath',
  /** Klustre, EXAScaler of DDN: options of mount(8), separated by commas. */
  mountOptions: 'mountOptions',
  /** EXAScaler of DDN: encryption by fscrypt. */
  encryption: 'encryption',
} as const;

/** Writes the volume context with which a node mounts this source. */
export const toVolumeContext = (source: LustreMountSource): Readonly<Record<string, string>> => ({
  [contextKey.source]: formatMountSource(source),
});

const keys = [...Object.values(contextKey), ...Object.values(foreignKey)];

const read = (context: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  volumeAttributes(context, keys, contextKey.subDir);

/** Reads the mount source of a volume: from its context, or from its handle where the context names no file system.
 *  @throws DriverError invalid-argument naming the key that is missing or wrong */
export function mountSourceOf({ context, volumeId }: PublishedVolume): LustreMountSource {
  const values = read(context);
  refuseEncryption(values);
  const named = [contextKey.source, contextKey.mgsNids, contextKey.fsName, foreignKey.mgsAddress];
  const source = named.every((key) => (values.get(key) ?? '') === '') && sourceInHandle(volumeId);
  return withDirectories(values, source || sourceIn(values));
}

/** Reads the mount source from a volume context alone. @throws DriverError invalid-argument */
export const fromVolumeContext = (context: Readonly<Record<string, string>>): LustreMountSource =>
  mountSourceOf({ context, volumeId: '' });

/** Reads mount flags from the volume context: other drivers take them there. */
export function mountFlagsOf({ context }: Pick<PublishedVolume, 'context'>): readonly string[] {
  const options = (read(context).get(foreignKey.mountOptions) ?? '').trim().replaceAll(/\s*,\s*/g, ',');
  return options === '' ? [] : [options];
}

function sourceIn(values: ReadonlyMap<string, string>): LustreMountSource {
  return namedSource({
    source: values.get(contextKey.source) ?? '',
    mgsNids: values.get(contextKey.mgsNids) ?? values.get(foreignKey.mgsAddress) ?? '',
    fsName: values.get(contextKey.fsName) ?? '',
  });
}

function withDirectories(values: ReadonlyMap<string, string>, source: LustreMountSource): LustreMountSource {
  return [foreignKey.sharePath, contextKey.subDir].reduce(
    (parent, key) => naming(key, () => below(parent, values.get(key) ?? '')),
    source,
  );
}

function refuseEncryption(values: ReadonlyMap<string, string>): void {
  if (values.get(foreignKey.encryption)?.trim().toLowerCase() !== 'true') return;
  throw invalid(
    '"encryption" is "true": this driver has no keys of fscrypt, and the files of the volume cannot be read without them',
  );
}

/** Reads the file system that `source`, or `mgsNids` and `fsName`, name; empty texts are absent.
 *  @throws DriverError invalid-argument */
export function namedSource({
  source,
  mgsNids,
  fsName,
}: Record<'source' | 'mgsNids' | 'fsName', string>): LustreMountSource {
  const isWhole = source !== '';
  if (isWhole !== (mgsNids === '' && fsName === '')) {
    throw invalid(
      isWhole
        ? '"source" excludes "mgsNids" and "fsName": remove them'
        : 'no file system is named: write "source" (such as 10.0.0.4@tcp:/scratch), or "mgsNids" and "fsName"',
    );
  }
  if (isWhole) return naming(contextKey.source, () => parseMountSource(source.trim()));
  if (mgsNids === '')
    throw invalid('"mgsNids" is missing beside "fsName": write the NIDs of the MGS, such as 10.0.0.4@tcp');
  if (fsName === '')
    throw invalid('"fsName" is missing beside "mgsNids": write the name of the file system, such as scratch');
  const nodes = mgsNids
    .trim()
    .split(':')
    .map((node) => node.split(','));
  return naming(`${contextKey.mgsNids}", "${contextKey.fsName}`, () =>
    createMountSource(nodes, trimmed(fsName)),
  );
}

const trimmed = (path: string): string => trimSlashes(path.trim());

function naming<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isDriverError(error)) throw error.prefixed(`"${key}"`);
    throw error;
  }
}

const invalid = (why: string): DriverError => new DriverError('invalid-argument', why);
