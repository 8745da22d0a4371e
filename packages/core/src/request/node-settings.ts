import { publishSettingKeys, publishSettings } from '../model/publish-settings.js';

type Parameters = Readonly<Record<string, string>>;

/** Spelled in any case, as in the volume contexts that nodes read. */
const nodeKeys = new Map(Object.values(publishSettingKeys).map((key) => [key.toLowerCase(), key]));

/** Tells the parameters that are for the nodes, in their own spelling, from those that are for the provider.
 *  @throws DriverError invalid-argument naming the key, so that a wrong value is not found out only at the mount */
export function splitNodeSettings(parameters: Parameters): {
  readonly nodeSettings: Parameters;
  readonly parameters: Parameters;
} {
  // A directory volume gives some of these keys a meaning of its own, and knows how to read the rest.
  if (parameters['provisioningMode'] !== undefined) return { nodeSettings: {}, parameters };
  const nodeSettings: Record<string, string> = {};
  const others: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const key = nodeKeys.get(name.toLowerCase());
    if (key === undefined) others[name] = value;
    else nodeSettings[key] = value;
  }
  publishSettings(nodeSettings, 'node');
  return { nodeSettings, parameters: others };
}
