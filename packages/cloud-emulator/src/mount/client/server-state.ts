import { ServerFaults, type ServerFault, type ServerFaultKind } from '../../world/server-faults.js';
import type { PublishedServer } from './published-servers.js';

/** State of the servers of one registry, as clients meet them. */
export class ServerState {
  readonly #faults: readonly ServerFault[];

  constructor(registry: string) {
    this.#faults = new ServerFaults(registry).list();
  }

  /** Fault of the MGS at this address; undefined where it answers. */
  mgsFault(address: string, servers: readonly PublishedServer[]): ServerFaultKind | undefined {
    const names = servers.filter(({ mgsAddresses }) => mgsAddresses.includes(address)).map(({ id }) => id);
    const fault = this.#faults.find(
      ({ kind, fileSystem }) => kind !== 'ost-dead' && (fileSystem === address || names.includes(fileSystem)),
    );
    if (fault) return fault.kind;
    return names.length === 0 ? 'mgs-unreachable' : undefined;
  }

  /** Indexes of the storage targets of a file system that are gone. */
  deadTargets({ id, mgsAddresses }: Pick<PublishedServer, 'id' | 'mgsAddresses'>): readonly number[] {
    return this.#faults
      .filter(({ kind, fileSystem }) => kind === 'ost-dead' && [id, ...mgsAddresses].includes(fileSystem))
      .map(({ ost = 0 }) => ost);
  }
}
