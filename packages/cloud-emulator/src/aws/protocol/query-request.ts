import { AwsError } from './aws-error.js';

/** The parameters of an EC2 call, from the form that carries them. */
export class Ec2Query {
  readonly #parameters: URLSearchParams;

  constructor(form: string) {
    this.#parameters = new URLSearchParams(form);
  }

  get(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  /** `SubnetId.1`, `SubnetId.2` and so on, up to the first that is absent. */
  list(name: string): readonly string[] {
    const values: string[] = [];
    for (;;) {
      const value = this.get(`${name}.${values.length + 1}`);
      if (value === undefined) return values;
      values.push(value);
    }
  }

  /** `Filter.1.Name` with its `Filter.1.Value.1` and so on. */
  filters(): readonly Ec2Filter[] {
    const filters: Ec2Filter[] = [];
    for (;;) {
      const path = `Filter.${filters.length + 1}`;
      const name = this.get(`${path}.Name`);
      if (name === undefined) return filters;
      filters.push({ name, values: this.list(`${path}.Value`) });
    }
  }
}

export interface Ec2Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** How one kind of resource is listed. */
export interface Ec2Listing<Item> {
  /** The parameter that names resources, such as `SubnetId`. */
  readonly idParameter: string;
  readonly idOf: (item: Item) => string;
  /** What EC2 answers where the resource that the caller names does not exist. */
  readonly notFound: (id: string) => AwsError;
  /** The filters that are served, with the values of an item that each compares. */
  readonly filters: Readonly<Record<string, (item: Item) => readonly string[]>>;
}

export interface Ec2Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/** Selects by id and filters, and cuts a page where the caller asks for pages. */
export function select<Item>(
  items: readonly Item[],
  listing: Ec2Listing<Item>,
  query: Ec2Query,
): Ec2Page<Item> {
  const ids = query.list(listing.idParameter);
  const missing = ids.find((id) => !items.some((item) => listing.idOf(item) === id));
  if (missing !== undefined) throw listing.notFound(missing);
  const filters = query.filters().map((filter) => matcher(filter, listing));
  const selected = items.filter(
    (item) =>
      (ids.length === 0 || ids.includes(listing.idOf(item))) && filters.every((matches) => matches(item)),
  );
  return page(selected, query, ids.length > 0);
}

function matcher<Item>(filter: Ec2Filter, listing: Ec2Listing<Item>): (item: Item) => boolean {
  const valuesOf = listing.filters[filter.name];
  if (!valuesOf) throw invalidParameter(`The filter '${filter.name}' is invalid`);
  const patterns = filter.values.map(wildcard);
  return (item) => valuesOf(item).some((value) => patterns.some((pattern) => pattern.test(value)));
}

/** Filter values may have `*` for any characters and `?` for one. */
const wildcard = (value: string): RegExp =>
  new RegExp(
    `^${value
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

function page<Item>(items: readonly Item[], query: Ec2Query, byId: boolean): Ec2Page<Item> {
  const size = query.get('MaxResults');
  if (size === undefined) return { items };
  if (byId)
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter MaxResults cannot be used together with a list of ids',
    );
  if (!/^\d+$/.test(size) || Number(size) < 5 || Number(size) > 1000)
    throw invalidParameter(
      `Value (${size}) for parameter maxResults is invalid. Expecting a value from 5 to 1000.`,
    );
  const start = startOf(query.get('NextToken'));
  const end = start + Number(size);
  const rest = { items: items.slice(start, end) };
  if (end >= items.length) return rest;
  return { ...rest, nextToken: Buffer.from(`from:${end}`).toString('base64') };
}

function startOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const start = /^from:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (start === undefined) throw new AwsError('InvalidNextToken', 'The specified NextToken is not valid');
  return Number(start);
}

const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterValue', message);
