import { notFound } from '../protocol/google-error.js';
import type { GoogleRoute } from '../protocol/google-route.js';
import { pageOf } from '../protocol/page.js';
import type { GoogleSeed } from '../seed.js';

/** Routes of locations, which are the zones of the service. */
export function locationRoutes({ projectId, zones }: GoogleSeed, pageSize: number): readonly GoogleRoute[] {
  const render = (zone: string): object => ({
    name: `projects/${projectId}/locations/${zone}`,
    locationId: zone,
  });
  const all = zones.map((zone, index) => ({ zone, sequence: index + 1 }));
  return [
    {
      method: 'GET',
      path: '/v1/projects/{project}/locations',
      operation: 'ListLocations',
      handle: ({ query }) => {
        const { items, nextPageToken } = pageOf(all, query, pageSize);
        const locations = items.map(({ zone }) => render(zone));
        return { locations, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
      },
    },
    {
      method: 'GET',
      path: '/v1/projects/{project}/locations/{location}',
      operation: 'GetLocation',
      handle: ({ params, name }) => {
        if (!zones.includes(params.location)) throw notFound(name);
        return render(params.location);
      },
    },
  ];
}
