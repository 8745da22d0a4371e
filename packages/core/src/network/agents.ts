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
  const keepAlive = true;
  // One context for all connections: a list of authorities costs milliseconds for each context.
  const trusting = roots
    ? { keepAlive, secureContext: createSecureContext({ ca: [...roots] }) }
    : { keepAlive };
  const direct = { http: new HttpAgent({ keepAlive }), https: new HttpsAgent(trusting) };
  if (rules.isEmpty) return direct;
  return {
    http: new ProxyingAgent('http', direct.http, rules, trusting),
    https: new ProxyingAgent('https', direct.https, rules, trusting) as unknown as HttpsAgent,
  };
}

/** Options of connections. */
interface ConnectionSettings {
  readonly keepAlive: boolean;
  readonly secureContext?: SecureContext;
}

/** Agent that connects each request directly or through the proxy that the rules name, over persistent connections. */
class ProxyingAgent extends Agent {
  readonly #proxies = new Map<string, Agent>();

  constructor(
    private readonly scheme: 'http' | 'https',
    private readonly direct: HttpAgent,
    private readonly rules: ProxyRules,
    private readonly settings: ConnectionSettings,
  ) {
    // Options of this agent become those of each connection.
    super(settings);
  }

  /** Reports the scheme, which the base class would read from a stack trace for each request. */
  override isSecureEndpoint(): boolean {
    return this.scheme === 'https';
  }

  override async connect(_request: unknown, { host, port }: AgentConnectOpts): Promise<HttpAgent> {
    const name = host?.includes(':') ? `[${host}]` : (host ?? '');
    const proxy = this.rules.proxyFor(new URL(`${this.scheme}://${name}:${port}`));
    return proxy ? this.#through(proxy) : this.direct;
  }

  override destroy(): void {
    for (const agent of [this.direct, ...this.#proxies.values()]) agent.destroy();
    super.destroy();
  }

  #through(proxy: URL): Agent {
    const known = this.#proxies.get(proxy.href);
    if (known) return known;
    // The settings are for the connection to a proxy that speaks TLS itself.
    const agent = this.isSecureEndpoint()
      ? new HttpsProxyAgent(proxy, this.settings)
      : new HttpProxyAgent(proxy, this.settings);
    this.#proxies.set(proxy.href, agent);
    return agent;
  }
}
