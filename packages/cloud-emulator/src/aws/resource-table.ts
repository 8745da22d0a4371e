import type { AwsError } from './protocol/aws-error.js';

/** Resources of one kind in the account, by id and in order of creation. */
export class ResourceTable<Resource> {
  readonly #byId = new Map<string, Resource>();
  #created = 0;

  constructor(private readonly notFound: (id: string) => AwsError) {}

  /** Resources in order of creation. */
  all(): readonly Resource[] {
    return [...this.#byId.values()];
  }

  find(id: string): Resource | undefined {
    return this.#byId.get(id);
  }

  /** Throws the error of the kind, such as FileSystemNotFound. */
  get(id: string): Resource {
    const found = this.#byId.get(id);
    if (found === undefined) throw this.notFound(id);
    return found;
  }

  /** Resources with these ids, or all where none is given; in order of creation. Throws as {@link get} does. */
  select(ids: readonly string[] = []): readonly Resource[] {
    const named = new Set(ids.map((id) => this.get(id)));
    return ids.length === 0 ? this.all() : this.all().filter((each) => named.has(each));
  }

  /** Sequence number of a new resource: it grows with each creation, and pages are cut along it. */
  protected nextSequence(): number {
    this.#created += 1;
    return this.#created;
  }

  protected add(id: string, resource: Resource): void {
    this.#byId.set(id, resource);
  }

  protected remove(id: string): void {
    this.#byId.delete(id);
  }
}
