import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { ReadVariable } from './environment.js';
import { ProxyRules } from './proxy-rules.js';
import { bundleIn, trustedRoots } from './trusted-roots.js';

/** Agents for clients of `node:http` and `node:https`. */
export interface NetworkAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Creates the agents that the environment demands: HTTP_PROXY, HTTPS_PROXY, NO_PROXY (in either case), SSL_CERT_FILE and
 * SSL_CERT_DIR, as programs in Go read them.
 * @param caBundle name of a variable whose PEM file replaces all other authorities
 * @returns undefined if none is set, for the agents of the client
 * @throws ConfigurationError naming the variable
 */
export function agentsFor(variable: ReadVariable, caBundle?: string): NetworkAgents | undefined {
  const rules = new ProxyRules(variable);
  const roots = (caBundle === undefined ? undefined : bundleIn(variable, caBundle)) ?? trustedRoots(variable);
  if (rules.isEmpty && !roots) return undefined;
  // One context for all connections: a list of authorities costs milliseconds for each context.
  const secureContext = roots && createSecureContext({ ca: [...roots] });
  const agent = new ProxyingAgent(rules, secureContext);
  return { http: agent, https: agent as unknown as HttpsAgent };
}

/** Agent that connects each request directly or through the proxy that the rules name, over persistent connections. */
class ProxyingAgent extends Agent {
  readonly #direct = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  readonly #proxies = new Map<string, Agent>();

  constructor(
    private readonly rules: ProxyRules,
    private readonly secureContext: SecureContext | undefined,
  ) {
    // Options of this agent become those of each connection.
    super({ keepAlive: true, ...(secureContext ? { secureContext } : {}) });
  }

  override async connect(_request: unknown, options: AgentConnectOpts): Promise<HttpAgent> {
    const { secureEndpoint, host, port } = options;
    const scheme = secureEndpoint ? 'https' : 'http';
    const name = host?.includes(':') ? `[${host}]` : (host ?? '');
    const proxy = this.rules.proxyFor(new URL(`${scheme}://${name}:${port}`));
    return proxy ? this.#through(proxy, secureEndpoint) : this.#direct[scheme];
  }

  override destroy(): void {
    for (const agent of [this.#direct.http, this.#direct.https, ...this.#proxies.values()]) agent.destroy();
    super.destroy();
  }

  #through(proxy: URL, secureEndpoint: boolean): Agent {
    const key = `${secureEndpoint ? 'tunnel' : 'forward'} ${proxy.href}`;
    const known = this.#proxies.get(key);
    if (known) return known;
    // For the connection to a proxy that speaks TLS itself.
    const options = { keepAlive: true, ...(this.secureContext ? { secureContext: this.secureContext } : {}) };
    const agent = secureEndpoint ? new HttpsProxyAgent(proxy, options) : new HttpProxyAgent(proxy, options);
    this.#proxies.set(key, agent);
    return agent;
  }
}
