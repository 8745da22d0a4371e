import { Capacity } from '@lustre-csi/core';
import { providerContract, volumeRequest } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { ExampleCloud } from './example-cloud.js';
import { ExampleController } from './example-controller.js';
import { exampleNode } from './node.js';
import { DRIVER_NAME } from './parameters.js';

describe('the provider contract', () => {
  const cases = providerContract({
    driverName: DRIVER_NAME,
    controller: new ExampleController(new ExampleCloud(20), 'north'),
    node: exampleNode,
    request: (name) => volumeRequest({ name, parameters: { tier: 'fast' } }),
    differentRequest: (name) => volumeRequest({ name, parameters: { tier: 'slow' } }),
    impossibleRange: { required: Capacity.gibibytes(1), limit: Capacity.gibibytes(2) },
    absentVolumeIds: ['lfs-99999'],
    foreignVolumeIds: ['fs-0123456789abcdef0', '10.0.0.4@tcp:/lustre'],
    unusableScopes: ['west'],
    waitUntil: (look, what) => expect.poll(look, { timeout: 5000, interval: 10, message: what }).toBe(true),
  });
  for (const { name, run } of cases) it(name, run);
});
