import { notAuthorizedOrNotFound } from '../protocol/oci-error.js';
import { newOcid } from '../protocol/ocid.js';
import type { OciRoute } from '../protocol/oci-route.js';
import type { OciSeed } from '../seed.js';

/** ListAvailabilityDomains of the Identity service, version 20160918. */
export function availabilityDomainRoute(seed: OciSeed): OciRoute {
  const ids = new Map(seed.availabilityDomains.map((name) => [name, newOcid('availabilitydomain', 'phx')]));
  return {
    method: 'GET',
    path: '/20160918/availabilityDomains',
    operation: 'ListAvailabilityDomains',
    service: 'identity',
    handle: ({ query }) => {
      const compartmentId = query.get('compartmentId') ?? '';
      if (![seed.tenancyId, ...seed.compartmentIds].includes(compartmentId)) throw notAuthorizedOrNotFound();
      return {
        status: 200,
        body: seed.availabilityDomains.map((name) => ({ name, compartmentId, id: ids.get(name) })),
      };
    },
  };
}
