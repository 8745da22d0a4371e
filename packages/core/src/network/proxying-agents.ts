import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { NetworkAgents } from './network-agents.js';
import type { ProxyRules } from './proxy-rules.js';

/** Creates agents that trust these authorities (PEM) in place of those of Node.js, and connect by these rules. */
export function proxyingAgents(rules: ProxyRules, roots: readonly string[] | undefined): NetworkAgents {
  const keepAlive = true;
  // One context for all connections: a list of authorities costs milliseconds for each context.
  const trusting = roots
    ? { keepAlive, secureContext: createSecureContext({ ca: [...roots] }) }
    : { keepAlive };
  const direct = { http: new HttpAgent({ keepAlive }), https: new HttpsAgent(trusting) };
  if (rules.isEmpty) return direct;
  return {
    http: new ProxyingAgent('http', direct.http, rules, trusting),
    https: new ProxyingAgent('https', direct.https, rules, trusting),
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
