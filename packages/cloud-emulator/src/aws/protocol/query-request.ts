/** Parameters of a call in the AWS Query protocol, from the form that carries them. */
export class QueryRequest {
  readonly #parameters: URLSearchParams;

  constructor(form: string) {
    this.#parameters = new URLSearchParams(form);
  }

  get(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  /** Values of `SubnetId.1`, `SubnetId.2` and so on, up to the first that is absent. */
  list(name: string): readonly string[] {
    const values: string[] = [];
    for (;;) {
      const value = this.get(`${name}.${values.length + 1}`);
      if (value === undefined) return values;
      values.push(value);
    }
  }

  /** Filters: `Filter.1.Name` with its `Filter.1.Value.1` and so on. */
  filters(): readonly QueryFilter[] {
    const filters: QueryFilter[] = [];
    for (;;) {
      const path = `Filter.${filters.length + 1}`;
      const name = this.get(`${path}.Name`);
      if (name === undefined) return filters;
      filters.push({ name, values: this.list(`${path}.Value`) });
    }
  }
}

export interface QueryFilter {
  readonly name: string;
  readonly values: readonly string[];
}
