import { matchRoute as firstMatch, type MatchedRoute as Matched } from '../../match-route.js';

/** Operation of the Managed Lustre API. */
export interface GoogleRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with `{parameters}`, each a whole segment or the part of one before `:verb`. */
  readonly path: string;
  /** Method name in the API reference, for the journal: `CreateInstance`. */
  readonly operation: string;
  readonly handle: (call: GoogleCall) => unknown;
}

/** Call that has passed authentication and the check of the project. */
export interface GoogleCall {
  readonly params: GoogleParams;
  readonly query: URLSearchParams;
  readonly body: string | undefined;
  /** Resource name of the path, without the version and the verb. */
  readonly name: string;
}

/** Path parameters; absent ones are empty. */
export interface GoogleParams {
  readonly project: string;
  readonly location: string;
  readonly id: string;
}

export type MatchedRoute = Matched<GoogleRoute, GoogleParams>;

/** Finds the operation that this method and path mean; undefined if there is none. */
export const matchRoute = (
  routes: readonly GoogleRoute[],
  method: string,
  path: string,
): MatchedRoute | undefined => firstMatch(routes, method, path, matchPath);

function matchPath(template: string, path: string): GoogleParams | undefined {
  const pattern = template.replace(/\{(\w+)\}/g, '(?<$1>[^/:]+)');
  const groups = new RegExp(`^${pattern}$`).exec(path)?.groups;
  return groups && { project: '', location: '', id: '', ...groups };
}

/** Resource name in a path: `/v1/projects/p/locations/l/instances/i:verb` without version and verb. */
export const resourceName = (path: string): string => path.replace(/^\/v1\//, '').replace(/:\w+$/, '');
