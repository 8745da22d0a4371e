import { matchRoute as firstMatch, type MatchedRoute as Matched } from '../../match-route.js';

/** One operation of Azure Resource Manager or of a resource provider behind it. */
export interface ArmRoute {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** Path with `{parameters}`; literal segments match in any case. */
  readonly path: string;
  /** Name in the SDKs, for the journal. */
  readonly operation: string;
  /** Type that decides which api-versions are served. */
  readonly resourceType: string;
  /** Template of the id of the one resource that the call is about, if there is one. */
  readonly resource?: string;
  readonly handle: (call: ArmCall) => ArmAnswer;
}

/** A call that has passed authentication, subscription, resource group and api-version checks. */
export interface ArmCall {
  readonly params: ArmParams;
  /** Query parameters by their lower-case names. */
  readonly query: ReadonlyMap<string, string>;
  readonly path: string;
  readonly body: string | undefined;
  readonly apiVersion: string;
  /** Client id of the caller. */
  readonly caller: string;
}

export interface ArmAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Path parameters in the caller's case; absent ones are empty. */
export interface ArmParams {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly job: string;
  readonly operationId: string;
  readonly subnet: string;
}

const noParams: ArmParams = {
  subscriptionId: '',
  resourceGroup: '',
  name: '',
  location: '',
  job: '',
  operationId: '',
  subnet: '',
};

export type MatchedRoute = Matched<ArmRoute, ArmParams>;

/** Finds the operation that this method and path mean; undefined if there is none. */
export const matchRoute = (
  routes: readonly ArmRoute[],
  method: string,
  path: string,
): MatchedRoute | undefined => firstMatch(routes, method, path, matchPath);

function matchPath(template: string, path: string): ArmParams | undefined {
  const wanted = template.split('/');
  const given = path.replace(/\/$/, '').split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = decode(given[index] ?? '');
    const parameter = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (parameter !== undefined) params[parameter] = value;
    else if (segment.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return { ...noParams, ...params };
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Template with its parameters filled in. */
export const fillPath = (template: string, params: ArmParams): string =>
  template.replace(/\{(\w+)\}/g, (_whole, name: string) => params[name as keyof ArmParams]);
