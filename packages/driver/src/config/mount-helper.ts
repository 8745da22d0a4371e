import { ConfigurationError, type Settings } from '@lustre-csi/core';
import type { MountHelper } from '@lustre-csi/core/server';

const values: readonly MountHelper[] = ['auto', 'require', 'kernel'];

/** Value of `--mount-helper`. @throws ConfigurationError */
export function mountHelper(settings: Settings): MountHelper {
  const text = settings.flag('mount-helper') ?? 'auto';
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw new ConfigurationError(`--mount-helper is "${text}": write ${values.join(', ')}`);
}
