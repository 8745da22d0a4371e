import { DriverError } from '../errors/driver-error.js';

/** Sharing of a Lustre client: by all pods of the node, or by none. */
export type MountSharing = 'node' | 'pod';

/** Handling of a volume's sub-directory when the volume is published. */
export interface DirectorySettings {
  /** True if a missing one is created; never for a read-only publication. */
  readonly create: boolean;
  /** Permissions of the directories that are made. */
  readonly mode: number;
  /** Owner of the directories that are made; absent: who the node plugin is for the servers (root). */
  readonly uid?: number;
  readonly gid?: number;
}

/** Owner and permissions of a file system's root; absent: as they are. */
export interface RootSettings {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Publication settings of a volume, beyond those of CSI. */
export interface PublishSettings {
  readonly sharing: MountSharing;
  readonly directory: DirectorySettings;
  /** Settings of the fresh root of a volume that is a whole file system; absent: the volume has none. */
  readonly root?: RootSettings;
  /** Parameters that are set on the client once it is mounted; their meaning is not decided here. */
  readonly tuning: string;
}

/** Keys of the volume context (StorageClass parameters and volumeAttributes) that every provider's volumes can have;
 *  they are read in any case. */
export const publishSettingKeys = {
  /** `node` (default: the plugin's own setting) or `pod`. */
  sharing: 'mountSharing',
  /** `true` (default) or `false`. */
  create: 'createSubDir',
  /** Octal, such as `0770`; default `0775`. */
  mode: 'directoryPerms',
  /** Numbers. */
  uid: 'uid',
  gid: 'gid',
  tuning: 'clientTuning',
} as const;

/** As azurelustre-csi-driver makes them. */
const DEFAULT_MODE = 0o775;
/** The largest id; the one above it means "leave it as it is" to chown(2). */
const LARGEST_ID = 0xffff_fffe;

/** Reads the settings from a volume context, other keys being the provider's.
 *  @throws DriverError invalid-argument naming the key and its value */
export function publishSettings(
  context: Readonly<Record<string, string>>,
  defaultSharing: MountSharing,
): PublishSettings {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value.trim()]));
  const read = <T>(key: string, otherwise: T, parse: (text: string) => T | undefined, form: string): T => {
    const text = values.get(key.toLowerCase());
    if (text === undefined || text === '') return otherwise;
    const value = parse(text);
    if (value !== undefined) return value;
    throw new DriverError(
      'invalid-argument',
      `volume context: ${key} is ${JSON.stringify(text)}, it must be ${form}`,
    );
  };
  const keys = publishSettingKeys;
  const uid = read<number | undefined>(keys.uid, undefined, parseId, 'a user id, such as 1000');
  const gid = read<number | undefined>(keys.gid, undefined, parseId, 'a group id, such as 1000');
  const mode = read<number | undefined>(
    keys.mode,
    undefined,
    parseMode,
    'three or four octal digits, such as 0770',
  );
  const owner = {
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
  const root: RootSettings = { ...(mode === undefined ? {} : { mode }), ...owner };
  return {
    sharing: read(keys.sharing, defaultSharing, parseMountSharing, '"node" or "pod"'),
    directory: {
      create: read(keys.create, true, parseFlag, '"true" or "false"'),
      mode: mode ?? DEFAULT_MODE,
      ...owner,
    },
    ...(Object.keys(root).length > 0 ? { root } : {}),
    tuning: values.get(keys.tuning.toLowerCase()) ?? '',
  };
}

/** Reads the value of `mountSharing`, in any case; undefined if it is none. */
export function parseMountSharing(text: string): MountSharing | undefined {
  const word = text.toLowerCase();
  return word === 'node' || word === 'pod' ? word : undefined;
}

const parseFlag = (text: string): boolean | undefined => {
  const word = text.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
};

const parseMode = (text: string): number | undefined =>
  /^[0-7]{3,4}$/.test(text) ? Number.parseInt(text, 8) : undefined;

const parseId = (text: string): number | undefined =>
  /^\d{1,10}$/.test(text) && Number(text) <= LARGEST_ID ? Number(text) : undefined;
