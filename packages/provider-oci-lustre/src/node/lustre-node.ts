import {
  DriverError,
  type LnetRequirement,
  type LustreMountSource,
  type NodeProvider,
  type PublishedVolume,
} from '@lustre-csi/core';
import { parseCidr } from './cidr.js';
import { clientTuningIn } from './post-mount-parameters.js';
import { contextKey, mountSourceOf, readContext } from './volume-context.js';

/** The node side: what the handle and the volume context say, without a cloud and without credentials. */
export class LustreNode implements NodeProvider {
  readonly contextKeys = Object.values(contextKey);

  mountSource({ volumeId, context }: PublishedVolume): LustreMountSource {
    return mountSourceOf(volumeId, context);
  }

  /** Translates the parameters of Oracle's driver to those of the node engine. */
  impliedSettings({ context }: PublishedVolume): Readonly<Record<string, string>> {
    const values = readContext(context);
    const parameters = values.get(contextKey.postMountParameters)?.trim() ?? '';
    if (parameters === '') return {};
    return { clientTuning: clientTuningIn(contextKey.postMountParameters, parameters) };
  }

  /** Reads the subnet of LNet's interface. Without it, any interface is right. */
  lnetRequirement({ context }: PublishedVolume): LnetRequirement | undefined {
    const values = readContext(context);
    const subnet = values.get(contextKey.subnetCidr)?.trim() ?? '';
    if (values.get(contextKey.setupLnet)?.trim().toLowerCase() !== 'true' || subnet === '') return undefined;
    return { key: contextKey.subnetCidr, subnet: cidrIn(subnet) };
  }
}

function cidrIn(text: string): string {
  try {
    return parseCidr(text);
  } catch {
    throw new DriverError(
      'invalid-argument',
      `${contextKey.subnetCidr} is ${JSON.stringify(text)}; legal: a range of addresses, such as 10.0.2.0/24`,
    );
  }
}
