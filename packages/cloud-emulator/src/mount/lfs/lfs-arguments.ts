import { UsageError } from './lfs-usage-error.js';

/** Limits of a project: KiB and inodes; 0: none. */
export interface ProjectLimits {
  readonly softKib: bigint;
  readonly hardKib: bigint;
  readonly softInodes: bigint;
  readonly hardInodes: bigint;
}

/** Commands of lfs(1) that are simulated. */
export type LfsCommand =
  | {
      readonly name: 'set-project';
      readonly project: number;
      readonly inherit: boolean;
      readonly paths: readonly string[];
    }
  | { readonly name: 'show-project'; readonly paths: readonly string[] }
  | { readonly name: 'clear-project'; readonly paths: readonly string[] }
  | {
      readonly name: 'set-quota';
      readonly project: number;
      readonly limits: Partial<ProjectLimits>;
      readonly path: string;
    }
  | { readonly name: 'show-quota'; readonly project: number; readonly quiet: boolean; readonly path: string }
  | { readonly name: 'set-stripe'; readonly layout: readonly string[]; readonly paths: readonly string[] }
  | { readonly name: 'show-stripe'; readonly paths: readonly string[] }
  | { readonly name: 'show-name'; readonly paths: readonly string[] }
  | { readonly name: 'show-space'; readonly path: string | undefined };

interface Words {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** Reads the arguments of `lfs`. @throws UsageError in the words of lfs */
export function parseLfsArguments([name = '', ...args]: readonly string[]): LfsCommand {
  if (name === 'project') return project(sort(args, ['-p'], ['-s', '-r', '-d', '-C', '-k']));
  if (name === 'setquota') return setQuota(sort(args, ['-p', '-b', '-B', '-i', '-I'], []));
  if (name === 'quota') return quota(sort(args, ['-p'], ['-q', '-v']));
  if (name === 'setstripe') return setStripe(args);
  if (name === 'getstripe') return { name: 'show-stripe', paths: some(sort(args, [], ['-d']).rest, name) };
  if (name === 'getname') return { name: 'show-name', paths: some(sort(args, [], ['-i', '-n']).rest, name) };
  if (name === 'df') return { name: 'show-space', path: sort(args, [], ['-h', '-i']).rest[0] };
  throw new UsageError(
    `lfs: the simulation knows project, setquota, quota, setstripe, getstripe, getname and df, not '${name}'`,
  );
}

function project({ flags, values, rest }: Words): LfsCommand {
  const paths = some(rest, 'project');
  if (flags.has('-C')) return { name: 'clear-project', paths };
  const id = values.get('-p');
  if (id === undefined) return { name: 'show-project', paths };
  return { name: 'set-project', project: projectId(id), inherit: flags.has('-s'), paths };
}

function setQuota({ values, rest }: Words): LfsCommand {
  const limit = (option: string): bigint | undefined => {
    const text = values.get(option);
    return text === undefined ? undefined : sizeOf(text);
  };
  const limits = {
    ...present('softKib', limit('-b')),
    ...present('hardKib', limit('-B')),
    ...present('softInodes', limit('-i')),
    ...present('hardInodes', limit('-I')),
  };
  return { name: 'set-quota', project: projectId(values.get('-p')), limits, path: one(rest, 'setquota') };
}

const quota = ({ flags, values, rest }: Words): LfsCommand => ({
  name: 'show-quota',
  project: projectId(values.get('-p')),
  quiet: flags.has('-q'),
  path: one(rest, 'quota'),
});

/** Options and their values come in pairs, all else are paths. */
function setStripe(args: readonly string[]): LfsCommand {
  const layout: string[] = [];
  let index = 0;
  for (; index < args.length && args[index]?.startsWith('-'); index += 2) {
    layout.push(...args.slice(index, index + 2));
  }
  if (layout.length === 0) throw new UsageError('lfs setstripe: no layout is given');
  return { name: 'set-stripe', layout, paths: some(args.slice(index), 'setstripe') };
}

function sort(args: readonly string[], withValue: readonly string[], alone: readonly string[]): Words {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (withValue.includes(word)) values.set(word, args[(index += 1)] ?? '');
    else if (alone.includes(word)) flags.add(word);
    else if (word.startsWith('-')) throw new UsageError(`lfs: unrecognized option '${word}'`);
    else rest.push(word);
  }
  return { flags, values, rest };
}

function projectId(text: string | undefined): number {
  if (text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1) return Number(text);
  throw new UsageError(`lfs: invalid project ID '${text ?? ''}'`);
}

/** KiB unless a suffix says otherwise, lfs-setquota(1). */
function sizeOf(text: string): bigint {
  const [, digits, unit = 'k'] = /^(\d+)([kKmMgGtT]?)$/.exec(text) ?? [];
  if (digits === undefined) throw new UsageError(`lfs setquota: invalid limit '${text}'`);
  return BigInt(digits) << (10n * BigInt(Math.max(0, 'kmgt'.indexOf(unit.toLowerCase() || 'k'))));
}

const present = <K extends string>(key: K, value: bigint | undefined): Partial<Record<K, bigint>> =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, bigint>>;

function some(paths: readonly string[], command: string): readonly string[] {
  if (paths.length > 0) return paths;
  throw new UsageError(`lfs ${command}: no path is given`);
}

function one(paths: readonly string[], command: string): string {
  const [path] = paths;
  if (path !== undefined && paths.length === 1) return path;
  throw new UsageError(`lfs ${command}: exactly one mount point is to be given`);
}
