/** Route and the parameters of a path that matches it. */
export interface MatchedRoute<Route, Params> {
  readonly route: Route;
  readonly params: Params;
}

/** Finds the first route of a method whose template matches a path.
 *  @param matchPath reads the parameters of a path that matches a template */
export function matchRoute<Route extends { readonly method: string; readonly path: string }, Params>(
  routes: readonly Route[],
  method: string,
  path: string,
  matchPath: (template: string, path: string) => Params | undefined,
): MatchedRoute<Route, Params> | undefined {
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, path) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}
