import { isAtLeast, type ClientVersion } from '../client-version.js';

/** A switch of the client: its word when on and when off (absent: not shown), and its default. */
interface Switch {
  readonly on: string;
  readonly off?: string;
  readonly byDefault: boolean;
}

const always = (on: string): Switch => ({ on, byDefault: true });
const switches = {
  checksum: always('checksum'),
  flock: { on: 'flock', off: 'noflock', byDefault: true },
  user_xattr: { on: 'user_xattr', off: 'nouser_xattr', byDefault: false },
  lruresize: always('lruresize'),
  lazystatfs: always('lazystatfs'),
  user_fid2path: { on: 'user_fid2path', off: 'nouser_fid2path', byDefault: false },
  always_ping: { on: 'always_ping', byDefault: false },
  verbose: always('verbose'),
  '32bitapi': { on: '32bitapi', byDefault: false },
  encrypt: always('encrypt'),
  nolock: always('nolock'),
  statfs_project: always('statfs_project'),
} as const satisfies Readonly<Record<string, Switch>>;

type SwitchName = keyof typeof switches;

/** Order of the options in a 2.15 client's table. */
const oldOrder: readonly SwitchName[] = [
  ...(['checksum', 'flock', 'user_xattr', 'lruresize', 'lazystatfs', 'user_fid2path'] as const),
  ...(['always_ping', 'verbose', '32bitapi', 'encrypt'] as const),
];

/** A 2.17 client sorts them. */
const newOrder: readonly SwitchName[] = [
  ...(['32bitapi', 'always_ping', 'checksum', 'encrypt', 'flock', 'lazystatfs', 'lruresize'] as const),
  ...(['nolock', 'statfs_project', 'user_fid2path', 'user_xattr', 'verbose'] as const),
];

/** Options of the superblock as the mount table shows them. */
export function superOptions(
  client: readonly string[],
  isReadOnly: boolean,
  version: ClientVersion,
): readonly string[] {
  const order = isAtLeast(version, '2.17') ? newOrder : oldOrder;
  const words = order.flatMap((name) => (name === 'flock' ? flockWords(client) : wordsOf(name, client)));
  return [isReadOnly ? 'ro' : 'rw', ...words];
}

function wordsOf(name: SwitchName, client: readonly string[]): readonly string[] {
  const { on, off, byDefault }: Switch = switches[name];
  const last = client.findLast((word) => word === name || word === `no${name}`);
  const word = (last === undefined ? byDefault : last === name) ? on : off;
  return word === undefined ? [] : [word];
}

function flockWords(client: readonly string[]): readonly string[] {
  const last = client.findLast((word) => ['flock', 'noflock', 'localflock'].includes(word)) ?? 'flock';
  return last === 'localflock' ? ['noflock', 'localflock'] : [last];
}
