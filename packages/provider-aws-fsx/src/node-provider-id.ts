/** Where a machine is, as its providerID tells. */
export interface NodePlace {
  readonly region: string;
  /** Availability, Local or Wavelength Zone; absent for machines that are in no zone of AWS. */
  readonly zone?: string;
}

const EC2 = 'aws:///';
const HYBRID = 'eks-hybrid:///';

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$/;

/** A zone's name is its region's and a letter (us-west-2a), or its region's and its own (us-west-2-lax-1a in a Local Zone,
 *  us-east-1-wl1-bos-wlz-1 in a Wavelength Zone). EC2 User Guide, Regions and Zones. */
const ZONE = /^([a-z]{2,}(?:-[a-z]+)+-[0-9]+)(?:[a-z]|(?:-[a-z0-9]+)+)$/;

/** Whether the text can be the name of an AWS region: `us-gov-west-1`. */
export const isRegion = (text: string): boolean => REGION.test(text);

/** The region of a zone; undefined if the text is no zone's name. */
export const regionOfZone = (zone: string): string | undefined => ZONE.exec(zone)?.[1];

/** Reads `spec.providerID` of a Kubernetes node: `aws:///ZONE/INSTANCE` of EC2 and Fargate (cloud-provider-aws), and
 *  `eks-hybrid:///REGION/CLUSTER/NAME` of EKS Hybrid Nodes. Undefined: it names no place in AWS. */
export function parseProviderId(providerId: string): NodePlace | undefined {
  if (providerId.startsWith(HYBRID)) {
    const [region = '', cluster = ''] = providerId.slice(HYBRID.length).split('/');
    return isRegion(region) && cluster !== '' ? { region } : undefined;
  }
  if (!providerId.startsWith(EC2)) return undefined;
  const [zone = '', instance = ''] = providerId.slice(EC2.length).split('/');
  const region = regionOfZone(zone);
  return region !== undefined && instance !== '' ? { region, zone } : undefined;
}
