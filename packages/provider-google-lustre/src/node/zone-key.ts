/** Topology key of zones in lustre-csi-driver of Google. */
export const zoneKey = 'topology.gke.io/zone';
