import type { OrchestratedNode } from '@lustre-csi/core';

/** Location of a machine, from its providerID. */
export interface NodePlace {
  readonly region: string;
  /** Availability, Local or Wavelength Zone; absent for machines that are in no zone of AWS. */
  readonly zone?: string;
}

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$/;

/** Name of a zone: the region and a letter (us-west-2a), or the region and a name (us-west-2-lax-1a in a Local Zone,
 *  us-east-1-wl1-bos-wlz-1 in a Wavelength Zone). EC2 User Guide, Regions and Zones. */
const ZONE = /^([a-z]{2,}(?:-[a-z]+)+-[0-9]+)(?:[a-z]|(?:-[a-z0-9]+)+)$/;

/** Reports whether the text can be the name of an AWS region: `us-gov-west-1`. */
export const isRegion = (text: string): boolean => REGION.test(text);

/** Finds the region of a zone; undefined if the text is not the name of a zone. */
export const regionOfZone = (zone: string): string | undefined => ZONE.exec(zone)?.[1];

/** Reads `spec.providerID` of a Kubernetes node: `aws:///ZONE/INSTANCE` of EC2 and Fargate (cloud-provider-aws), and
 *  `eks-hybrid:///REGION/CLUSTER/NAME` of EKS Hybrid Nodes. Undefined: it names no location in AWS. */
export function parseProviderId(providerId: string): NodePlace | undefined {
  const [, scheme, place = ''] = /^(aws|eks-hybrid):\/\/\/([^/]+)\/[^/]/.exec(providerId) ?? [];
  if (scheme === 'eks-hybrid') return isRegion(place) ? { region: place } : undefined;
  const region = regionOfZone(place);
  return region === undefined ? undefined : { region, zone: place };
}

/** Finds the location of the node by its providerID.
 *  @throws Error with a message that says in one line why the providerID contains none */
export async function placeOfNode(node: OrchestratedNode): Promise<NodePlace> {
  const providerId = await node.providerId();
  if (providerId === undefined) {
    throw new Error(
      'it has no providerID; the cloud controller manager, or EKS, sets it when the node joins',
    );
  }
  const place = parseProviderId(providerId);
  if (place) return place;
  throw new Error(
    `its providerID ${JSON.stringify(providerId)} is not that of an EC2 instance or an EKS hybrid node`,
  );
}
