import { invalidArgument } from '../protocol/google-error.js';
import type { GoogleCall, GoogleRoute } from '../protocol/google-route.js';
import { pageOf } from '../protocol/page.js';
import { renderOperation, type Operations } from './operations.js';

const all = '/v1/projects/{project}/locations/{location}/operations';
const one = `${all}/{id}`;

/** The only filter that clients of one API version need. */
const FILTER = /^metadata\.apiVersion\s*=\s*"(\w+)"$/;

/** Routes of long-running operations. */
export function operationRoutes(operations: Operations, pageSize: number): readonly GoogleRoute[] {
  return [
    {
      method: 'GET',
      path: all,
      operation: 'ListOperations',
      handle: (call) => list(operations, call, pageSize),
    },
    {
      method: 'GET',
      path: one,
      operation: 'GetOperation',
      handle: ({ name }) => renderOperation(operations.get(name)),
    },
    {
      method: 'DELETE',
      path: one,
      operation: 'DeleteOperation',
      handle: ({ name }) => {
        operations.delete(name);
        return {};
      },
    },
  ];
}

function list(operations: Operations, { params, query }: GoogleCall, pageSize: number): object {
  const version = versionIn(query.get('filter') ?? '');
  const shown = operations
    .list()
    .filter(({ location }) => location === params.location)
    .filter(({ apiVersion }) => version === undefined || apiVersion === version);
  const { items, nextPageToken } = pageOf(shown, query, pageSize);
  return {
    operations: items.map(renderOperation),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

function versionIn(filter: string): string | undefined {
  if (filter === '') return undefined;
  const version = FILTER.exec(filter)?.[1];
  if (version === undefined) throw invalidArgument(`Invalid list filter: ${filter}`);
  return version;
}
