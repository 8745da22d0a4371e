import {
  DriverError,
  formatMountSource,
  isDriverError,
  createMountSource,
  parseMountSource,
  trimSlashes,
  volumeAttributes,
  type LustreMountSource,
} from '@lustre-csi/core';

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

/** Writes the volume context with which a node mounts this source. */
export const toVolumeContext = (source: LustreMountSource): Readonly<Record<string, string>> => ({
  [contextKey.source]: formatMountSource(source),
});

/** Reads the mount source from the volume context.
 *  @throws DriverError invalid-argument naming the key that is missing or wrong */
export function fromVolumeContext(context: Readonly<Record<string, string>>): LustreMountSource {
  const values = volumeAttributes(context, Object.values(contextKey), contextKey.subDir);
  const source = namedSource({
    source: values.get(contextKey.source) ?? '',
    mgsNids: values.get(contextKey.mgsNids) ?? '',
    fsName: values.get(contextKey.fsName) ?? '',
  });
  const below = [source.subdir, trimmed(values.get(contextKey.subDir) ?? '')]
    .filter((part) => part !== '')
    .join('/');
  return naming(contextKey.subDir, () => createMountSource(source.mgsNodes, source.fsname, below));
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
