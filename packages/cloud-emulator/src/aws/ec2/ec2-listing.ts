import { AwsError } from '../protocol/aws-error.js';
import type { QueryFilter, QueryRequest } from '../protocol/query-request.js';
import type { XmlValue } from '../protocol/xml.js';

/** Description of one kind of resource that EC2 lists. */
export interface Ec2Listing<Item> {
  /** Element of the reply that holds the list, such as `subnetSet`. */
  readonly set: string;
  readonly items: () => readonly Item[];
  /** Identifiers by which the caller may name resources: each parameter, such as `SubnetId`, with an item's value. */
  readonly ids: Readonly<Record<string, (item: Item) => string>>;
  /** Error where the caller names a resource that does not exist. */
  readonly notFound: (id: string) => AwsError;
  /** Filters that are served, with the values of an item that each compares. */
  readonly filters: Readonly<Record<string, (item: Item) => readonly string[]>>;
  readonly render: (item: Item) => XmlValue;
}

interface Ec2Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/** Members of the reply to a Describe call: selected by id and filters, in pages where the caller requests pages.
 *  @throws AwsError for an unknown id or filter, and for pages that EC2 does not cut */
export function describeListing<Item>(
  listing: Ec2Listing<Item>,
  query: QueryRequest,
): Record<string, XmlValue> {
  const items = listing.items();
  const named = Object.entries(listing.ids).map(([parameter, idOf]) => ({
    ids: query.list(parameter),
    idOf,
  }));
  for (const { ids, idOf } of named) {
    const missing = ids.find((id) => !items.some((item) => idOf(item) === id));
    if (missing !== undefined) throw listing.notFound(missing);
  }
  const filters = query.filters().map((filter) => matcher(filter, listing));
  const selected = items.filter(
    (item) =>
      named.every(({ ids, idOf }) => ids.length === 0 || ids.includes(idOf(item))) &&
      filters.every((matches) => matches(item)),
  );
  const byId = named.some(({ ids }) => ids.length > 0);
  const { items: shown, nextToken } = page(selected, query, byId);
  return { [listing.set]: shown.map((item) => listing.render(item)), nextToken };
}

function matcher<Item>(filter: QueryFilter, listing: Ec2Listing<Item>): (item: Item) => boolean {
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

function page<Item>(items: readonly Item[], query: QueryRequest, byId: boolean): Ec2Page<Item> {
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
