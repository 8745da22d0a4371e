import type { CommandRunner } from '../../process/command.js';

/** Connections of the node's clients to the servers of a file system; `unknown`: lctl is not installed, shows nothing or does
 *  not end. */
export type Connections = 'all' | 'some missing' | 'unknown';

export interface ClientImportsOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 2_000;
/** States of a working connection. The client disconnects from an unused storage target, and reconnects on demand (IDLE). */
const connected = ['FULL', 'IDLE'];

/**
 * Connections of Lustre clients to servers, as lctl(8) shows them (`get_param *.import`). The kernel keeps them in memory and
 * contacts no server; lctl runs in a child with a deadline all the same. A client takes up to about two minutes to notice
 * that a server is gone.
 */
export class ClientImports {
  constructor(private readonly options: ClientImportsOptions) {}

  /** Returns the state of all clients of that file system name: neither the kernel's names of connections nor its device
   *  numbers distinguish two file systems of one name. Never throws. */
  async connectionsOf(fsname: string): Promise<Connections> {
    const parameters = ['mdc', 'osc'].map((device) => `${device}.${fsname}-*.import`);
    try {
      const { stdout } = await this.options.runner.run('lctl', ['get_param', '-n', ...parameters], {
        signal: new AbortController().signal,
        deadlineMs: this.options.deadlineMs ?? DEADLINE_MS,
        graceMs: 0,
      });
      return connectionsIn(stdout);
    } catch {
      return 'unknown';
    }
  }
}

/** Reads the imports that lctl printed, one after the other, each with a line `    state: FULL`. */
export function connectionsIn(text: string): Connections {
  const states = [...text.matchAll(/^\s*state:\s*(?<state>[A-Z_]+)\s*$/gm)].map(
    (match) => match.groups?.['state'] ?? '',
  );
  if (states.length === 0) return 'unknown';
  return states.every((state) => connected.includes(state)) ? 'all' : 'some missing';
}
