import { invalidArgument } from '../protocol/google-error.js';
import type { GoogleCall, GoogleRoute } from '../protocol/google-route.js';
import { pageOf } from '../protocol/page.js';
import type { RequestIds } from '../protocol/request-ids.js';
import { parseBody, string } from '../protocol/wire-json.js';
import { renderOperation, type Operation } from '../operations/operations.js';
import { renderInstance, type InstanceSpec } from './instance.js';
import type { Instances } from './instances.js';
import { parseInstance } from './requested-instance.js';
import type { DataTransfers } from './data-transfers.js';

const all = '/v1/projects/{project}/locations/{location}/instances';
const one = `${all}/{id}`;

/** Fields that UpdateInstance accepts in its mask. */
const mutable: readonly (keyof InstanceSpec)[] = [
  ...(['capacityGib', 'labels', 'description', 'accessRulesOptions', 'maintenancePolicy'] as const),
  'placementPolicy',
];

export interface InstanceServices {
  readonly instances: Instances;
  readonly transfers: DataTransfers;
  readonly requestIds: RequestIds<Operation>;
  readonly pageSize: number;
  /** Zones that a listing of all zones cannot reach. */
  readonly unreachable: readonly string[];
}

/** Routes of instances: create, read, change, delete, list, import. */
export function instanceRoutes(services: InstanceServices): readonly GoogleRoute[] {
  const { instances } = services;
  const change = (call: GoogleCall, make: () => Operation): object =>
    renderOperation(services.requestIds.run(call.query.get('requestId'), requestText(call), make));
  return [
    { method: 'GET', path: all, operation: 'ListInstances', handle: (call) => list(services, call) },
    {
      method: 'POST',
      path: all,
      operation: 'CreateInstance',
      handle: (call) => change(call, () => create(instances, call)),
    },
    {
      method: 'GET',
      path: one,
      operation: 'GetInstance',
      handle: ({ name }) => renderInstance(instances.get(name)),
    },
    {
      method: 'PATCH',
      path: one,
      operation: 'UpdateInstance',
      handle: (call) =>
        change(call, () => instances.update(call.name, maskOf(call.query), parseInstance(call.body))),
    },
    {
      method: 'DELETE',
      path: one,
      operation: 'DeleteInstance',
      handle: (call) => change(call, () => instances.delete(call.name)),
    },
    {
      method: 'POST',
      path: `${one}:importData`,
      operation: 'ImportData',
      handle: (call) => importData(services, call),
    },
  ];
}

function importData({ transfers, requestIds }: InstanceServices, call: GoogleCall): object {
  const body = parseBody(call.body, ['gcsPath', 'lustrePath', 'requestId', 'serviceAccount']);
  const id = string(body['requestId'], 'request_id');
  return renderOperation(requestIds.run(id, requestText(call), () => transfers.importData(call.name, body)));
}

const requestText = ({ name, query, body }: GoogleCall): string =>
  JSON.stringify([name, query.get('instanceId'), query.get('updateMask'), body ?? '']);

function create(instances: Instances, { name, query, body }: GoogleCall): Operation {
  const id = query.get('instanceId') ?? '';
  return instances.create(name.replace(/\/instances$/, ''), id, parseInstance(body));
}

function list({ instances, pageSize, unreachable }: InstanceServices, { params, query }: GoogleCall): object {
  const everywhere = params.location === '-';
  const shown = instances
    .list()
    .filter(({ location }) => (everywhere ? !unreachable.includes(location) : location === params.location));
  const { items, nextPageToken } = pageOf(shown, query, pageSize);
  return {
    ...(items.length > 0 ? { instances: items.map(renderInstance) } : {}),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    ...(everywhere && unreachable.length > 0 ? { unreachable } : {}),
  };
}

/** Fields of an update mask, in either spelling of FieldMask. @throws GoogleError INVALID_ARGUMENT */
function maskOf(query: URLSearchParams): readonly (keyof InstanceSpec)[] {
  const paths = (query.get('updateMask') ?? '').split(',').filter((path) => path !== '');
  if (paths.length === 0) throw invalidArgument('Field "update_mask" is required.');
  return paths.map((path) => {
    const camel = path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const field = mutable.find((name) => name === camel);
    if (field) return field;
    throw invalidArgument(`Invalid path "${path}" in field "update_mask": the field cannot be updated.`);
  });
}
