import type { JsonObject } from './request-body.js';

/** Call that has passed the check of its signature. */
export interface OciCall {
  /** Id in the path; empty where the path has none. */
  readonly id: string;
  readonly query: ReadonlyMap<string, string>;
  /** Value of a header, in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: () => JsonObject;
  /** Body as it was sent. */
  readonly text: string;
}

export interface OciAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One operation of a service of OCI. */
export interface OciRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path, in which `{id}` stands for one segment. */
  readonly path: string;
  /** Name of the operation in the API reference. */
  readonly operation: string;
  readonly service: 'lustrefilestorage' | 'identity';
  readonly handle: (call: OciCall) => OciAnswer;
}

export interface MatchedOciRoute {
  readonly route: OciRoute;
  readonly id: string;
}

/** Finds the operation that method and path mean. */
export function matchOciRoute(
  routes: readonly OciRoute[],
  method: string,
  path: string,
): MatchedOciRoute | undefined {
  for (const route of routes) {
    const id = route.method === method ? idIn(route.path, path) : undefined;
    if (id !== undefined) return { route, id };
  }
  return undefined;
}

function idIn(template: string, path: string): string | undefined {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  let id = '';
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment === '{id}') id = value;
    else if (segment !== value) return undefined;
  }
  return id;
}
