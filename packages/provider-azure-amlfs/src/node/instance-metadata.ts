import * as z from 'zod/mini';

const IMDS_TIMEOUT_MS = 5_000;

/** Schema of the compute metadata (Azure Instance Metadata Service, 2021-02-01). */
const computeMetadata = z.object({ location: z.string().check(z.minLength(1)), zone: z.string() });

/** Reads the zone of this machine, in the form of cloud-provider-azure's labels.
 *  @throws Error with a message that says why there is no answer */
export async function zoneFromMetadata(endpoint: string): Promise<string> {
  const answer = await fetch(`${endpoint}/metadata/instance/compute?api-version=2021-02-01`, {
    headers: { Metadata: 'true' },
    signal: AbortSignal.timeout(IMDS_TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const compute = z.safeParse(computeMetadata, await answer.json());
  if (!compute.success) throw new Error('its answer is not instance metadata');
  const { location, zone } = compute.data;
  // Machines without a zone have the label "0", which AKS writes where it knows no fault domain.
  return zone === '' ? '0' : `${location.toLowerCase()}-${zone}`;
}
