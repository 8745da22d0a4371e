import { normaliseLocation, sameName } from '../arm/arm-id.js';

/** One row of `skus.list`: a SKU in one region. */
export interface Sku {
  readonly resourceType: 'amlFilesystems' | 'caches';
  readonly name: string;
  readonly location: string;
  /** Availability zones; absent where the region has none. */
  readonly zones?: readonly string[];
  readonly capabilities: Readonly<Record<string, string>>;
  /** Reason for which this subscription may not use it. */
  readonly restriction?: 'QuotaId' | 'NotAvailableForSubscription';
}

/** Limits that a SKU of the resource type amlFilesystems sets to a file system. */
export interface LustreSku {
  readonly name: string;
  readonly stepTiB: number;
  readonly maximumTiB: number;
  readonly throughputMBpsPerTiB: number;
  readonly zones: readonly string[];
  readonly restricted: boolean;
}

const lustre = (
  mbpsPerTiB: number,
  stepTiB: number,
  maximumTiB: number,
  where: Pick<Sku, 'location' | 'zones' | 'restriction'>,
): Sku => ({
  resourceType: 'amlFilesystems',
  name: `AMLFS-Durable-Premium-${mbpsPerTiB}`,
  ...where,
  capabilities: {
    'OSS capacity increment (TiB)': String(stepTiB),
    'bandwidth increment (MB/s/TiB)': String(mbpsPerTiB),
    durable: 'True',
    'MDS capacity increment (TiB)': '1024',
    'default maximum capacity (TiB)': String(maximumTiB),
    'large cluster maximum capacity (TiB)': '1024',
    'large cluster XL maximum capacity (TiB)': '1024',
  },
});

const eastus = { location: 'eastus', zones: ['1', '2', '3'] };

/** The catalogue: a SKU of another product, the four of Managed Lustre in eastus, one in a region without zones,
 * and one that this subscription may not use. */
export const skus: readonly Sku[] = [
  {
    resourceType: 'caches',
    name: 'Standard_2G',
    location: 'eastus',
    zones: [],
    capabilities: { 'throughput GB/s': '2', 'cache sizes(GB)': '3072,6144,12288' },
  },
  lustre(40, 48, 768, eastus),
  lustre(125, 16, 128, eastus),
  lustre(250, 8, 128, eastus),
  lustre(500, 4, 128, eastus),
  lustre(250, 8, 128, { location: 'westcentralus' }),
  lustre(500, 4, 128, {
    location: 'southcentralus',
    zones: ['1'],
    restriction: 'NotAvailableForSubscription',
  }),
];

/** Regions that have Managed Lustre. */
export const lustreLocations: readonly string[] = [
  ...new Set(skus.filter((sku) => sku.resourceType === 'amlFilesystems').map((sku) => sku.location)),
];

/** The SKU of that name in that region, if the region has it. */
export function findLustreSku(name: string, location: string): LustreSku | undefined {
  const sku = skus.find(
    (row) =>
      row.resourceType === 'amlFilesystems' &&
      sameName(row.name, name) &&
      row.location === normaliseLocation(location),
  );
  return sku && toLustreSku(sku);
}

const toLustreSku = (sku: Sku): LustreSku => ({
  name: sku.name,
  stepTiB: Number(sku.capabilities['OSS capacity increment (TiB)']),
  maximumTiB: Number(sku.capabilities['default maximum capacity (TiB)']),
  throughputMBpsPerTiB: Number(sku.capabilities['bandwidth increment (MB/s/TiB)']),
  zones: sku.zones ?? [],
  restricted: sku.restriction !== undefined,
});

/** A row as `skus.list` shows it. */
export const renderSku = (sku: Sku): unknown => ({
  resourceType: sku.resourceType,
  name: sku.name,
  locations: [sku.location],
  locationInfo: [{ location: sku.location, ...(sku.zones ? { zones: sku.zones } : {}) }],
  capabilities: Object.entries(sku.capabilities).map(([name, value]) => ({ name, value })),
  restrictions: sku.restriction
    ? [{ type: 'Location', values: [sku.location], reasonCode: sku.restriction }]
    : [],
});
