import { publishSettingKeys, publishSettings } from '../model/publish-settings.js';

type Parameters = Readonly<Record<string, string>>;

/** Keys for nodes, by lower case: volume contexts may spell them in any case. */
const nodeKeys = new Map(Object.values(publishSettingKeys).map((key) => [key.toLowerCase(), key]));

/** Separates the parameters for the nodes, in their canonical spelling, from those for the provider.
 *  @throws DriverError invalid-argument naming the key, so that a wrong value fails before the mount */
export function splitNodeSettings(parameters: Parameters): {
  readonly nodeSettings: Parameters;
  readonly parameters: Parameters;
} {
  // A directory volume uses some of these keys for itself, and passes on the others.
  if (isDirectory(parameters)) return { nodeSettings: {}, parameters };
  const nodeSettings: Record<string, string> = {};
  const others = new Map<string, string>();
  for (const [name, value] of Object.entries(parameters)) {
    const key = nodeKeys.get(name.toLowerCase());
    if (key === undefined) others.set(name, value);
    else nodeSettings[key] = value;
  }
  publishSettings(nodeSettings, 'node');
  return { nodeSettings, parameters: Object.fromEntries(others) };
}

/** Names are folded, as some providers read them in any case. */
const isDirectory = (parameters: Parameters): boolean =>
  Object.entries(parameters).some(
    ([name, value]) => name.toLowerCase() === 'provisioningmode' && value === 'directory',
  );
