import type { LustreRegistry, LustreServer } from '../world/lustre-registry.js';

/** The servers of one emulator in a registry that others may share: when it stops, they stop answering too. */
export class OwnLustreServers implements LustreRegistry {
  readonly #ids = new Set<string>();

  constructor(private readonly registry: LustreRegistry) {}

  publish(server: LustreServer): void {
    this.#ids.add(server.id);
    this.registry.publish(server);
  }

  withdraw(id: string): void {
    this.#ids.delete(id);
    this.registry.withdraw(id);
  }

  withdrawAll(): void {
    for (const id of [...this.#ids]) this.withdraw(id);
  }
}
