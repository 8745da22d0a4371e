/** Short name of a VPC network (Compute Engine API, networks). */
const SHORT = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const FULL = /^projects\/[^/]+\/global\/networks\/[^/]+$/;

/** Reads the `network` parameter: a short name, or `projects/PROJECT/global/networks/NETWORK`.
 *  @throws Error */
export function parseNetwork(text: string): string {
  if (SHORT.test(text) || FULL.test(text)) return text;
  throw new Error('it is not the name of a VPC network');
}

/** Full name of a network; a short one is in the project. */
export const fullNetwork = (network: string, project: string): string =>
  FULL.test(network) ? network : `projects/${project}/global/networks/${network}`;

/** Comparable form of a network: Google may show the number of the project instead of its id. */
export const networkName = (network: string): string => network.split('/').at(-1) ?? '';
