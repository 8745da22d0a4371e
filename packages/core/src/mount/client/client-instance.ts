import type { CommandRunner } from '../../process/command.js';
import { connectionsIn, type Connections } from './client-imports.js';

export interface ClientInstancesOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 2_000;

/** One Lustre client of this node. The kernel's names of its connections contain its instance, the address of its superblock:
 *  `lfs-OST0000-osc-ff1100005fcba800`. */
export interface ClientInstance {
  readonly fsname: string;
  readonly instance: string;
}

/**
 * Distinct clients of a node, as lfs(1) and lctl(8) name them. Two clients of one file system have the same source and device
 * number in the mount table. Every command runs in a child with a deadline.
 */
export class ClientInstances {
  constructor(private readonly options: ClientInstancesOptions) {}

  /** Returns the client that is mounted at a path; undefined if the tools are not installed or do not show it. Never throws. */
  async at(mountPoint: string, fsname: string): Promise<ClientInstance | undefined> {
    const shown = await this.#output('lfs', ['getname', mountPoint]);
    const named = instancesIn(shown, fsname);
    if (named.length === 1) return named[0];
    // Without an answer, the only client of that name is meant.
    const all = instancesIn(await this.#output('lctl', ['get_param', '-N', `llite.${fsname}-*`]), fsname);
    return all.length === 1 ? all[0] : undefined;
  }

  /** Returns the connections of one client to its servers, as `ClientImports` does for all of a name. Never throws. */
  async connectionsOf(client: ClientInstance): Promise<Connections> {
    const parameters = connectionsNamed(client).map((name) => `${name}.import`);
    return connectionsIn(await this.#output('lctl', ['get_param', '-n', ...parameters]));
  }

  /**
   * Ends all requests of one client with EIO, as `umount -f` does while it is mounted (ll_umount_begin in llite_lib.c sets the
   * same imports inactive). Data that was not yet written to the servers is lost. Never throws.
   * @returns false if lctl could not do it
   */
  async deactivate(client: ClientInstance): Promise<boolean> {
    const settings = connectionsNamed(client).map((name) => `${name}.active=0`);
    const result = await this.#run('lctl', ['set_param', ...settings]);
    return result?.exitCode === 0;
  }

  async #output(program: string, args: readonly string[]): Promise<string> {
    return (await this.#run(program, args))?.stdout ?? '';
  }

  async #run(program: string, args: readonly string[]) {
    try {
      const deadlineMs = this.options.deadlineMs ?? DEADLINE_MS;
      const signal = new AbortController().signal;
      return await this.options.runner.run(program, args, { signal, deadlineMs, graceMs: 0 });
    } catch {
      return undefined; // Not installed, or blocked by a dead server.
    }
  }
}

/** Reads instances: `lfs-ff1100012deca800`, with a path behind it (2.15), or `llite.` before it. */
function instancesIn(text: string, fsname: string): readonly ClientInstance[] {
  const found = [...text.matchAll(/(?:^|\.|\s)(?<fsname>[\w-]{1,8})-(?<instance>[0-9a-f]{8,16})(?=\s|$)/gm)];
  return found
    .filter(({ groups }) => groups?.['fsname'] === fsname)
    .map(({ groups }) => ({ fsname, instance: groups?.['instance'] ?? '' }));
}

const connectionsNamed = ({ fsname, instance }: ClientInstance): readonly string[] =>
  ['mdc', 'osc'].map((device) => `${device}.${fsname}-*-${device}-${instance}`);
