import { ConfigurationError } from '@lustre-csi/core';
import { legacyFlags, type LegacyFlag } from './flags.js';

/** Warnings about flags without an effect here.
 *  @throws ConfigurationError for a value that cannot be honoured */
export function legacyWarnings(given: ReadonlyMap<string, string>): readonly string[] {
  const warnings: string[] = [];
  for (const { name, warning, refuse } of legacyFlags) {
    const value = given.get(name);
    if (value === undefined) continue;
    if (refuse && isRefused(refuse, value))
      throw new ConfigurationError(`--${name}=${value}: ${refuse.reason}`);
    if (warning && value !== 'false') warnings.push(`--${name}: ${warning}`);
  }
  return warnings;
}

const isRefused = (refuse: NonNullable<LegacyFlag['refuse']>, value: string): boolean =>
  'value' in refuse ? value === refuse.value : value !== refuse.otherThan;

/** Modes that are flags of their own in lustre-csi-driver of Google. */
const modes = ['controller', 'node'] as const;

/** Adds the mode that those flags state, unless the command line has `--mode`. */
export function withStatedMode(given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const stated = modes.filter((mode) => /^(?:1|t|true)$/i.test(given.get(mode) ?? ''));
  const [mode, other] = stated;
  if (mode === undefined || given.has('mode')) return given;
  return new Map([...given, ['mode', other === undefined ? mode : 'all']]);
}
