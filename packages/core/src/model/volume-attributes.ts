import { DriverError } from '../errors/driver-error.js';

/** Spellings with which other drivers name a directory of the file system. Ignored, they would give a pod all of it. */
const otherDirectories = new Set([
  ...['subdir', 'subdirectory', 'subpath', 'path', 'dir', 'directory', 'folder', 'basepath', 'rootpath'],
  ...['volumepath', 'sharepath', 'share', 'sharename'],
]);

/**
 * Reads a volume context under canonical keys: users write keys in any case and with other separators (`dnsName`,
 * `MountName`, `fs_name`). Other keys keep their names.
 * @param keys canonical keys
 * @param directoryKey the key of a directory below the root of the file system, for the message
 * @throws DriverError invalid-argument naming two spellings of one key with different values, or a directory in the
 *   spelling of another driver
 */
export function volumeAttributes(
  context: Readonly<Record<string, string>>,
  keys: readonly string[],
  directoryKey: string,
): ReadonlyMap<string, string> {
  const canonical = new Map(keys.map((key) => [folded(key), key]));
  const spelled = new Map<string, string>();
  const values = new Map<string, string>();
  for (const [spelling, value] of Object.entries(context)) {
    const key = canonical.get(folded(spelling)) ?? spelling;
    if (!canonical.has(folded(spelling))) refuseDirectory(spelling, value, directoryKey);
    const other = spelled.get(key);
    if (other !== undefined && values.get(key) !== value) {
      throw invalid(`"${other}" and "${spelling}" mean the same: write one of them`);
    }
    spelled.set(key, spelling);
    values.set(key, value);
  }
  return values;
}

const folded = (key: string): string => key.toLowerCase().replace(/[-_.\s]/g, '');

function refuseDirectory(spelling: string, value: string, directoryKey: string): void {
  if (value === '' || !otherDirectories.has(folded(spelling))) return;
  throw invalid(
    `"${spelling}" is not an attribute of this driver, and without it a pod would get the whole file system: write ` +
      `"${directoryKey}" for a directory of it`,
  );
}

const invalid = (why: string): DriverError => new DriverError('invalid-argument', `volume context: ${why}`);
