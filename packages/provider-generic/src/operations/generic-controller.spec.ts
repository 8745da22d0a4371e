import { isDriverError, type Settings } from '@lustre-csi/core';
import { ProviderRegistry } from '@lustre-csi/core/server';
import { describe, expect, it } from 'vitest';
import { GenericController } from './generic-controller.js';
import { genericLustre } from '../index.js';

const settings = (servedAs?: string): Settings => ({
  flag: (name) => (name === 'serve-as' ? servedAs : undefined),
  environment: () => undefined,
});

describe('the name under which it is served', () => {
  const registry = new ProviderRegistry([
    genericLustre,
    { ...genericLustre, driverName: 'other.example.com' },
  ]);

  it.each([
    [undefined, 'generic.lustre-csi'],
    ['lustre.csi.example.com', 'lustre.csi.example.com'],
  ])('%s: %s', (servedAs, name) => {
    expect(registry.named('generic.lustre-csi', settings(servedAs)).driverName).toBe(name);
  });

  it.each([
    ['no name', /not a CSI driver name/],
    ['other.example.com', /name of another provider/],
  ])('refuses "%s"', (servedAs, message) => {
    expect(() => registry.named('generic.lustre-csi', settings(servedAs))).toThrow(message);
  });
});

describe('the controller', () => {
  const controller = new GenericController();

  it('creates no file systems, and says what to write instead', async () => {
    const outcome = await controller.plan().catch((error: unknown) => error);
    expect(isDriverError(outcome, 'invalid-argument')).toBe(true);
    expect((outcome as Error).message).toContain('provisioningMode: directory');
  });

  it('names a file system by its mount source', () => {
    const { parentFileSystems } = controller;
    const host = parentFileSystems.parentOf({ mgsNids: 'mgs1@o2ib:mgs2@o2ib', fsName: 'scratch' });
    expect(host).toBe('mgs1@o2ib:mgs2@o2ib:/scratch');
    expect(parentFileSystems.referenceTo(host)?.staticSource?.fsname).toBe('scratch');
    expect(parentFileSystems.referenceTo('nothing')).toBeUndefined();
  });

  it('has nothing to delete for a static volume with any handle', () => {
    expect(controller.parseVolumeId('any-handle')).toBeUndefined();
    expect(controller.parseVolumeId('a@tcp:/fs')?.staticSource?.fsname).toBe('fs');
  });
});
