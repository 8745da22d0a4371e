import { notAuthorizedOrNotFound } from '../protocol/oci-error.js';
import type { OciAnswer, OciCall, OciRoute } from '../protocol/oci-route.js';
import { cutOciPage } from '../protocol/page.js';
import type { RetryTokens } from '../protocol/retry-tokens.js';
import { etagOf, renderFileSystem, renderSummary, type OciFileSystem } from './file-system.js';
import type { Accepted, OciFileSystems } from './file-systems.js';
import { readCreation, readUpdate } from './requested-file-system.js';

export interface FileSystemServices {
  readonly fileSystems: OciFileSystems;
  readonly tokens: RetryTokens;
  readonly compartmentIds: readonly string[];
  readonly pageSize: number;
  readonly showsAddress: boolean;
}

const base = '/20250228/lustreFileSystems';

/** The operations on file systems (https://docs.oracle.com/iaas/api/#/en/lustre/20250228/). */
export function fileSystemRoutes(services: FileSystemServices): readonly OciRoute[] {
  const { fileSystems, showsAddress } = services;
  const service = 'lustrefilestorage';
  return [
    {
      ...{ method: 'GET', path: base, operation: 'ListLustreFileSystems', service },
      handle: (call) => list(call, services),
    },
    {
      ...{ method: 'POST', path: base, operation: 'CreateLustreFileSystem', service },
      handle: (call) => create(call, services),
    },
    {
      ...{ method: 'GET', path: `${base}/{id}`, operation: 'GetLustreFileSystem', service },
      handle: ({ id }) => shown(fileSystems.get(id), showsAddress),
    },
    {
      ...{ method: 'PUT', path: `${base}/{id}`, operation: 'UpdateLustreFileSystem', service },
      handle: ({ id, body, header }) =>
        accepted(202, fileSystems.update(id, readUpdate(body()), header('if-match'))),
    },
    {
      ...{ method: 'DELETE', path: `${base}/{id}`, operation: 'DeleteLustreFileSystem', service },
      handle: ({ id, header }) => accepted(202, fileSystems.delete(id, header('if-match'))),
    },
  ];
}

/** The same token and body answer with the same file system, in its present state. */
function create(call: OciCall, { fileSystems, tokens, showsAddress }: FileSystemServices): OciAnswer {
  const token = call.header('opc-retry-token');
  const known = tokens.recall(token, call.text);
  if (known !== undefined) return shown(fileSystems.get(known), showsAddress);
  const created = fileSystems.create(readCreation(call.body()));
  tokens.remember(token, call.text, created.fileSystem.id);
  const { headers, body } = shown(created.fileSystem, showsAddress);
  return { status: 200, headers: { ...headers, ...accepted(200, created).headers }, body };
}

function list({ query }: OciCall, services: FileSystemServices): OciAnswer {
  const compartmentId = query.get('compartmentId') ?? '';
  if (!services.compartmentIds.includes(compartmentId)) throw notAuthorizedOrNotFound();
  const wanted = ({ id, spec, lifecycleState }: OciFileSystem): boolean =>
    spec.compartmentId === compartmentId &&
    matches(query, 'id', id) &&
    matches(query, 'displayName', spec.displayName) &&
    matches(query, 'availabilityDomain', spec.availabilityDomain) &&
    matches(query, 'lifecycleState', lifecycleState);
  const all = services.fileSystems.list().filter(wanted);
  const page = cutOciPage(all, ({ sequence }) => sequence, query, services.pageSize);
  return {
    status: 200,
    ...(page.next === undefined ? {} : { headers: { 'opc-next-page': page.next } }),
    body: { items: page.items.map((each) => renderSummary(each, services.showsAddress)) },
  };
}

const matches = (query: ReadonlyMap<string, string>, name: string, value: string): boolean =>
  (query.get(name) ?? value) === value;

const shown = (fileSystem: OciFileSystem, showsAddress: boolean): OciAnswer => ({
  status: 200,
  headers: { etag: etagOf(fileSystem) },
  body: renderFileSystem(fileSystem, showsAddress),
});

const accepted = (status: number, { work }: Accepted): OciAnswer => ({
  status,
  headers: { 'opc-work-request-id': work.id },
});
