import type { FlagDefinition } from '@lustre-csi/core';
import type { ReplacedExecutable } from '../driver-definition.js';

/** Flag with the default of the executable that is replaced. */
export function withDefaultOf(
  replaces: ReplacedExecutable | undefined,
  flag: FlagDefinition,
): FlagDefinition {
  if (replaces && flag.name === 'driver-name') return { ...flag, default: replaces.driverName };
  if (replaces && flag.name === 'endpoint') return { ...flag, default: replaces.endpoint };
  return flag;
}
