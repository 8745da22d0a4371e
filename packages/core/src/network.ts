// For providers whose clients use the network: proxies and authorities as the environment names them.
export { agentsFor, type NetworkAgents } from './network/agents.js';
export { reachEndpoint, type EndpointAnswer } from './network/reach-endpoint.js';
