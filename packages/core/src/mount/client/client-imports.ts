import type { CommandRunner } from '../../process/command.js';

/** Whether the node's clients of a file system have their connections to all its servers; `unknown`: it cannot be told,
 *  because lctl is not there, shows nothing or does not end. */
export type Connections = 'all' | 'some missing' | 'unknown';

export interface ClientImportsOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 2_000;
/** A storage target that nothing uses for a while is let go of, and connected to again when it is needed. */
const connected = ['FULL', 'IDLE'];

/**
 * What Lustre clients know of their connections to servers, as lctl(8) shows it (`get_param *.import`). The kernel keeps
 * it in memory and no server is asked; it runs in a child with a deadline all the same. A client takes up to some two
 * minutes to notice that a server is gone.
 */
export class ClientImports {
  constructor(private readonly options: ClientImportsOptions) {}

  /** The state of all clients of that name: the kernel's names of connections tell two file systems of one name no more
   *  apart than its device numbers do. Never throws. */
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

/** Reads the imports that lctl has printed, one after the other, each with a line `    state: FULL`. */
export function connectionsIn(text: string): Connections {
  const states = [...text.matchAll(/^\s*state:\s*(?<state>[A-Z_]+)\s*$/gm)].map(
    (match) => match.groups?.['state'] ?? '',
  );
  if (states.length === 0) return 'unknown';
  return states.every((state) => connected.includes(state)) ? 'all' : 'some missing';
}
