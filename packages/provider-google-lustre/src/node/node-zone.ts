import { DriverError, messageOf, type FlagDefinition, type Settings } from '@lustre-csi/core';
import { MetadataServer } from './metadata-server.js';

/** Values of the flag: the zone that the metadata server reports (also in the word of the other providers), and no
 *  topology. */
const FROM_METADATA = ['metadata', 'imds'];
const NONE = 'none';

/** Flag of the topology, on the controller and on every node. */
export const topologyFlag: FlagDefinition = {
  name: 'topology-zone',
  type: 'string',
  valueName: 'ZONE|metadata|none',
  description:
    'zone of this node, or metadata to read it from the metadata server (as lustre-csi-driver of Google does), or none for ' +
    'nodes without zones; the same on the controller. Default: metadata',
};

const topologyZone = (settings: Settings): string => settings.flag(topologyFlag.name) || 'metadata';

/** Reports whether nodes advertise their zones. */
export const hasTopology = (settings: Settings): boolean => topologyZone(settings) !== NONE;

/** Finds the zone of the node on which this process runs.
 *  @throws DriverError unavailable where the metadata server does not report it */
export async function nodeZone(settings: Settings): Promise<string> {
  const configured = topologyZone(settings);
  if (!FROM_METADATA.includes(configured)) return configured;
  try {
    return await new MetadataServer(settings).zone();
  } catch (error) {
    throw new DriverError(
      'unavailable',
      `the zone of this node is unknown: ${messageOf(error)}. Let the pod use the host network, or write the zone, or none, ` +
        `in --${topologyFlag.name}`,
      { cause: error },
    );
  }
}
