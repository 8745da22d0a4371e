/** Requirement of a volume on the LNet of a node. */
export interface LnetRequirement {
  /** Key of the volume context that demands it, for messages. */
  readonly key: string;
  /** CIDR of the addresses of which LNet must have one on the networks of the servers. */
  readonly subnet: string;
}
