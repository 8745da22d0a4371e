import type { ReadVariable } from './environment.js';
import type { NetworkAgents } from './network-agents.js';
import { ProxyRules } from './proxy-rules.js';
import { bundleIn, trustedRoots } from './trusted-roots.js';

/**
 * Creates the agents that the environment demands: HTTP_PROXY, HTTPS_PROXY, NO_PROXY (in either case), SSL_CERT_FILE and
 * SSL_CERT_DIR, as programs in Go read them.
 * @param caBundle name of a variable whose PEM file replaces all other authorities
 * @returns undefined if none is set, for the agents of the client
 * @throws ConfigurationError naming the variable
 */
export async function agentsFor(
  variable: ReadVariable,
  caBundle?: string,
): Promise<NetworkAgents | undefined> {
  const rules = new ProxyRules(variable);
  const roots = (caBundle === undefined ? undefined : bundleIn(variable, caBundle)) ?? trustedRoots(variable);
  if (rules.isEmpty && !roots) return undefined;
  // Loaded where it is needed: most controllers have no proxy.
  const { proxyingAgents } = await import('./proxying-agents.js');
  return proxyingAgents(rules, roots);
}
