import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostsFile, writeHostsFile } from '../world/hosts-file.js';
import { writeCompiledHelper } from './compiled-helper.js';
import {
  clientDirectory,
  defaultBehaviour,
  type ClientBehaviour,
  type ClientSettings,
} from './client-settings.js';

/** Technique to get a mount namespace, and to put `mount.lustre` where mount(8) looks for helpers. */
export interface NamespaceWay {
  /**
   * Source of the privileges: `root` needs CAP_SYS_ADMIN; `user` makes a user namespace, in which the caller is
   * root.
   */
  readonly privileges: 'root' | 'user';
  /**
   * Technique for the helper: `overlay` lays a file system with the helper over the directory; `links` replaces it
   * by links to what it holds.
   */
  readonly layer: 'overlay' | 'links';
}

/** A directory prepared for a mount namespace in which `mount -t lustre` works. */
export interface MountNamespace {
  readonly directory: string;
  /** Directory on which mount(8) finds its helpers, without symbolic links. */
  readonly helpers: string;
  /** File that becomes /etc/hosts, with the names of the file systems. */
  readonly hosts: string;
}

/** Programs of the simulated client, and the files behind them. */
const programs = {
  'mount.lustre': 'client/mount-lustre.child.js',
  lfs: 'lfs/lfs.child.js',
  lctl: 'lctl/lctl.child.js',
};

// Counted from the package, so that it is the built program also where this module runs from its source.
const built = (name: string): URL => new URL(`../../dist/mount/${name}`, import.meta.url);

/** Writes the programs of the client, with all that they need: mount(8) and its callers may have cleaned the environment. */
export function prepareNamespace(
  directory: string,
  helpers: string,
  registry: string,
  behaviour: Partial<ClientBehaviour> = {},
): MountNamespace {
  const namespace = join(directory, 'namespace');
  mkdirSync(namespace);
  mkdirSync(registry, { recursive: true });
  writeHostsFile(registry);
  const settings: ClientSettings = { ...defaultBehaviour, ...behaviour, registry, namespace };
  for (const [name, file] of Object.entries(programs)) {
    const script = scriptOf([fileURLToPath(built(file)), JSON.stringify(settings)]);
    writeFileSync(join(directory, name), script, { mode: 0o755 });
  }
  writeCompiledHelper(join(directory, 'mount.lustre'), settings);
  return { directory, helpers, hosts: hostsFile(registry) };
}

/** Option of Node.js with which the programs of a namespace read the mount table as Lustre shows it. */
export function mountTableOption({ directory }: Pick<MountNamespace, 'directory'>): string {
  const module = built('table/show-mount-table.preload.js');
  module.searchParams.set('clients', clientDirectory({ namespace: join(directory, 'namespace') }));
  return `--import=${module.href}`;
}

const scriptOf = (args: readonly string[]): string => {
  const words = [`PATH=${process.env['PATH'] ?? ''}`, process.execPath, ...args].map(quote);
  return `#!/bin/sh\nexec /usr/bin/env -i ${words.join(' ')} "$@"\n`;
};

/** The command line that enters the namespace, keeping its process id, and becomes `command` there. */
export function inNamespace(
  { directory, helpers, hosts }: MountNamespace,
  { privileges, layer }: NamespaceWay,
  command: readonly string[],
): readonly string[] {
  const unshare = ['unshare', ...(privileges === 'user' ? ['--user', '--map-root-user'] : [])];
  const script = ['sh', '-c', enterScript, 'lustre-cloud-emulator', directory, helpers, layer, hosts];
  return [...unshare, '--mount', '--propagation', 'private', ...script, ...command];
}

/** The status of a namespace that could not be furnished; COMMAND was not run. */
export const setupFailedStatus = 3;

/**
 * Script that furnishes the namespace. All additions of the simulation live in one tmpfs of the namespace, so none
 * of them outlasts the processes in it. `upperdir` and the like are relative, because a directory's name may hold
 * what mount options cannot.
 */
const enterScript = `
directory=$1 inside=$1/namespace helpers=$2 layer=$3 hosts=$4
shift 4

overlay() {
  mkdir -m 755 "$inside/upper" "$inside/work" &&
    cp "$directory/mount.lustre" "$directory/lfs" "$directory/lctl" "$inside/upper/" &&
    (cd "$inside" && mount -i -t overlay -o "lowerdir=$helpers,upperdir=upper,workdir=work" lustre-emulator "$helpers")
}

links() {
  mkdir -m 755 "$inside/real" "$inside/links" &&
    mount -i --bind "$helpers" "$inside/real" &&
    ln -s "$inside/real"/* "$inside/links/" &&
    find "$inside/real" -maxdepth 1 -type l -exec cp -P --remove-destination -t "$inside/links" {} + &&
    cp --remove-destination "$directory/mount.lustre" "$directory/lfs" "$directory/lctl" "$inside/links/" &&
    mount -i --bind "$inside/links" "$helpers"
}

mount -i -t tmpfs -o mode=0755 lustre-emulator "$inside" && mkdir "$inside/servers" "$inside/clients" && "$layer" || exit ${setupFailedStatus}
[ ! -e /etc/hosts ] || mount -i --bind "$hosts" /etc/hosts || exit ${setupFailedStatus}
exec "$@"
`;

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
