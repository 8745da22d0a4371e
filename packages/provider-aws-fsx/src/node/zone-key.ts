/** Well-known label of the zone of a node: the key in the topology of nodes and in that of requests. */
export const zoneKey = 'topology.kubernetes.io/zone';
