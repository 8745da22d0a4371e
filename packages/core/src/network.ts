// For providers whose clients use the network: proxies and authorities as the environment names them.
export { agentsFor } from './network/agents.js';
export type { NetworkAgents } from './network/network-agents.js';
export { reachEndpoint, type EndpointAnswer } from './network/reach-endpoint.js';
