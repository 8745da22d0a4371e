import type { ProjectIdRange, Quota, OnDelete } from './registry/worker-protocol.js';
import { isDriverError } from '../errors/driver-error.js';
import { trimSlashes } from '../model/trim-slashes.js';
import { subDirectoryParts } from '../mount/sub-directory.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import { Faults } from '../provider/faults.js';
import { ParameterSchema, type Parameters, parameter } from '../provider/parameters.js';
import { checkTemplate, refusePlaceholders } from './path-template.js';
import { parseStripeLayout } from './stripe-layout.js';

/** The StorageClass parameter that chooses between a file system and a directory. */
export const provisioningModeKey = 'provisioningMode';

const LARGEST_ID = 0xffff_fffe;
/** StorageClass parameters of a directory, the same for every provider. */
export const directoryParameters = {
  [provisioningModeKey]: parameter.oneOf({
    description: 'Kind of volume: a file system of its own, or a directory of an existing one.',
    example: 'directory',
    values: ['directory'],
  }),
  basePath: parameter.parsed<readonly string[]>({
    description:
      'Parent directory of the volumes, from the root of the mounted file system; created if it is missing. ' +
      'Base paths must not lie inside each other.',
    example: '/kubernetes',
    defaultsTo: '`/csi-volumes`',
    legal: 'a path without "..", or "/"',
    read: (path) => pathParts(path),
  }),
  subPath: parameter.parsed<string>({
    description:
      'The directory of a volume below `basePath`; `${pvc.namespace}`, `${pvc.name}` and `${pv.name}` are replaced once, ' +
      'when the volume is created (external-provisioner needs --extra-create-metadata).',
    example: '${pvc.namespace}/${pvc.name}',
    defaultsTo: 'the name of the volume',
    legal: 'a relative path of names and variables',
    read: checkTemplate,
  }),
  uid: parameter.integer({
    description: 'Owner of the directory.',
    example: '1000',
    defaultsTo: '0',
    min: 0,
    max: LARGEST_ID,
  }),
  gid: parameter.integer({
    description: 'Group of the directory.',
    example: '1000',
    defaultsTo: '0',
    min: 0,
    max: LARGEST_ID,
  }),
  directoryPerms: parameter.parsed<number>({
    description: 'Permissions of the directory.',
    example: '0770',
    defaultsTo: '`0777`: pods of any user may write, as on a file system of their own',
    legal: 'three or four octal digits',
    read: (digits) => {
      if (!/^[0-7]{3,4}$/.test(digits)) throw new Error('it is not an octal number');
      return Number.parseInt(digits, 8);
    },
  }),
  stripe: parameter.parsed<readonly string[]>({
    description: 'The layout of new files in the directory, as lfs-setstripe(1) takes it.',
    example: '-E 64M -c 1 -E -1 -c -1',
    defaultsTo: "the file system's own",
    legal: 'options of lfs setstripe that describe a layout',
    read: parseStripeLayout,
  }),
  onDelete: parameter.oneOf({
    description:
      'Fate of the directory when its volume is deleted: removed, left where it is, or renamed to a name that shows what ' +
      'it was.',
    example: 'archive',
    defaultsTo: '`delete`',
    values: ['delete', 'retain', 'archive'],
  }),
  removeEmptyParents: parameter.boolean({
    description:
      'Removes the directories between `basePath` and the directory of a deleted volume, as far as they are empty: those of ' +
      '`subPath`. The base path itself stays.',
    example: 'true',
    defaultsTo: '`false`',
  }),
  quota: parameter.oneOf({
    description:
      "Enforcement of the capacity by a Lustre project quota: `hard` refuses writes beyond it (root's excepted), `soft` does so " +
      'after the grace period, `none` does not enforce it.',
    example: 'hard',
    defaultsTo: '`none`',
    values: ['hard', 'soft', 'none'],
  }),
  projectIdRange: parameter.parsed<ProjectIdRange>({
    description:
      'Project ids that the driver may give to directories; no other software may use them on the file system.',
    example: '100000-199999',
    defaultsTo: '`100000-199999`',
    legal: 'FIRST-LAST, from 1 to 4294967294',
    read: readRange,
  }),
  mountSharing: parameter.oneOf({
    description: 'Owner of a Lustre client: one for all pods of a node, or one for each pod.',
    example: 'node',
    defaultsTo: 'as the node plugin is set up',
    values: ['node', 'pod'],
  }),
  clientTuning: parameter.string({
    description: 'Parameters that are set on the Lustre client once it is mounted.',
    example: 'llite.*.max_cached_mb=2048',
    legal: 'parameters that the node plugin allows',
  }),
} satisfies Parameters;

/** Settings of a StorageClass for directories. */
export interface DirectoryClass {
  /** The provider's name of the file system. */
  readonly parent: string;
  readonly base: readonly string[];
  /** Absent: the volume's name. */
  readonly subPath?: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly stripe: readonly string[];
  readonly onDelete: OnDelete;
  readonly removeEmptyParents: boolean;
  readonly quota: Quota;
  readonly projectIds: ProjectIdRange;
  /** Keys for the node, as they are. */
  readonly nodeSettings: Readonly<Record<string, string>>;
}

const defaults = {
  base: ['csi-volumes'],
  uid: 0,
  gid: 0,
  mode: 0o777,
  stripe: [],
  onDelete: 'delete',
  removeEmptyParents: false,
  quota: 'none',
  projectIds: { first: 100_000, last: 199_999 },
} as const;

/** Reads the parameters of a directory. @throws DriverError invalid-argument naming the parameter */
export class DirectoryParameters {
  readonly #schema: ParameterSchema<typeof directoryParameters & Parameters>;

  constructor(
    driverName: string,
    private readonly parents: ParentFileSystems,
  ) {
    const parameters = { ...parents.parameters, ...directoryParameters };
    // Parameters of whole file systems are unknown here, and only here.
    this.#schema = new ParameterSchema(`${driverName} with provisioningMode "directory"`, parameters, {
      caseInsensitive: parents.caseInsensitive ?? false,
    });
  }

  read(given: Readonly<Record<string, string>>): DirectoryClass {
    const { values, ...found } = this.#schema.inspect(given);
    const faults = new Faults();
    faults.add(found);
    const parent = faults.attempt(Object.keys(this.parents.parameters), () => this.parents.parentOf(values));
    faults.throwIfAny();
    const { subPath, mountSharing, clientTuning } = values;
    const own = {
      base: values.basePath,
      uid: values.uid,
      gid: values.gid,
      mode: values.directoryPerms,
      stripe: values.stripe,
      onDelete: values.onDelete,
      removeEmptyParents: values.removeEmptyParents,
      quota: values.quota,
      projectIds: values.projectIdRange,
    };
    return {
      ...defaults,
      ...present(own),
      ...present({ subPath }),
      parent: parent ?? '',
      nodeSettings: present({ mountSharing, clientTuning }),
    };
  }
}

type Present<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Values without the absent ones. */
const present = <T extends object>(values: T): Present<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;

/** Takes an absolute or relative path apart; slashes around it mean nothing. @throws Error */
function pathParts(path: string): readonly string[] {
  // An empty value means that it is not given.
  if (path === '') return defaults.base;
  refusePlaceholders(path);
  const relative = trimSlashes(path);
  try {
    return relative === '' ? [] : subDirectoryParts(relative);
  } catch (error) {
    if (isDriverError(error)) throw new Error(error.message, { cause: error });
    throw error;
  }
}

function readRange(text: string): ProjectIdRange {
  const [, first, last] = /^(\d{1,10})-(\d{1,10})$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  if (first === undefined || range.first < 1 || range.last > LARGEST_ID || range.first > range.last) {
    throw new Error('it is not a range of project ids');
  }
  return range;
}
