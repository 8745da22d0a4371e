import { notAuthorizedOrNotFound } from '../protocol/oci-error.js';
import type { OciAnswer, OciCall, OciRoute } from '../protocol/oci-route.js';
import { cutOciPage } from '../protocol/page.js';
import { timeOf, type WorkRequest, type WorkRequests } from './work-requests.js';

interface Services {
  readonly works: WorkRequests;
  readonly compartmentIds: readonly string[];
  readonly pageSize: number;
}

const base = '/20250228/workRequests';

/** The operations on work requests of the Lustre file storage service. */
export function workRequestRoutes(services: Services): readonly OciRoute[] {
  const { works } = services;
  const found = ({ id }: OciCall): WorkRequest => {
    const work = works.find(id);
    if (!work) throw notAuthorizedOrNotFound();
    return work;
  };
  const route = (path: string, operation: string, handle: OciRoute['handle']): OciRoute => ({
    method: 'GET',
    path: `${base}${path}`,
    operation,
    service: 'lustrefilestorage',
    handle,
  });
  return [
    route('', 'ListWorkRequests', (call) => list(call, services)),
    route('/{id}', 'GetWorkRequest', (call) => ({
      status: 200,
      headers: { 'retry-after': '1' },
      body: works.render(found(call)),
    })),
    route('/{id}/errors', 'ListWorkRequestErrors', (call) => ({
      status: 200,
      body: { items: errorsOf(found(call)) },
    })),
    route('/{id}/logs', 'ListWorkRequestLogs', (call) => ({
      status: 200,
      body: { items: logsOf(found(call)) },
    })),
  ];
}

/** The newest come first. */
function list({ query }: OciCall, { works, compartmentIds, pageSize }: Services): OciAnswer {
  const compartmentId = query.get('compartmentId');
  if (compartmentId !== undefined && !compartmentIds.includes(compartmentId)) throw notAuthorizedOrNotFound();
  const wanted = (work: WorkRequest): boolean =>
    matches(query, 'compartmentId', work.compartmentId) &&
    matches(query, 'resourceId', work.fileSystemId) &&
    matches(query, 'workRequestId', work.id) &&
    matches(query, 'status', work.status);
  const newest = works.list().filter(wanted).reverse();
  const page = cutOciPage(newest, ({ sequence }) => Number.MAX_SAFE_INTEGER - sequence, query, pageSize);
  return {
    status: 200,
    ...(page.next === undefined ? {} : { headers: { 'opc-next-page': page.next } }),
    body: { items: page.items.map((work) => works.render(work)) },
  };
}

const matches = (query: ReadonlyMap<string, string>, name: string, value: string): boolean =>
  (query.get(name) ?? value) === value;

const errorsOf = ({ error, finishedAt = 0 }: WorkRequest): readonly object[] =>
  error ? [{ ...error, timestamp: timeOf(finishedAt) }] : [];

const logsOf = ({ acceptedAt, operationType }: WorkRequest): readonly object[] => [
  { message: `${operationType} was accepted`, timestamp: timeOf(acceptedAt) },
];
