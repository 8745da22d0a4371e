/** The well-known label of nodes: what is known of a node in its topology, and asked for in a claim's. */
export const zoneKey = 'topology.kubernetes.io/zone';
