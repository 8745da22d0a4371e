import { expect, it, vi } from 'vitest';
import { ConfigurationError, isConfigurationError } from './configuration-error.js';
import { DriverError, isDriverError } from './driver-error.js';

/** A second copy of the module, as a tree of dependencies may hold one. */
async function secondCopy<Module>(load: () => Promise<Module>): Promise<Module> {
  vi.resetModules();
  return load();
}

it('recognizes a DriverError of another copy of the package, by its kind', async () => {
  const copy = await secondCopy(() => import('./driver-error.js'));
  const error = new copy.DriverError('out-of-range', 'too large');
  expect(error).not.toBeInstanceOf(DriverError);
  expect(isDriverError(error)).toBe(true);
  expect(isDriverError(error, 'out-of-range')).toBe(true);
  expect(isDriverError(error, 'aborted', 'not-found')).toBe(false);
});

it('recognizes a ConfigurationError of another copy of the package', async () => {
  const copy = await secondCopy(() => import('./configuration-error.js'));
  const error = new copy.ConfigurationError('--region is missing');
  expect(error).not.toBeInstanceOf(ConfigurationError);
  expect(isConfigurationError(error)).toBe(true);
  expect(isDriverError(error)).toBe(false);
});

it.each([
  undefined,
  null,
  'text',
  0,
  {},
  new Error('x'),
  { kind: 'aborted', name: 'DriverError', message: 'x' },
])('takes %s for no error of the driver', (value) => {
  expect(isDriverError(value)).toBe(false);
  expect(isConfigurationError(value)).toBe(false);
});
