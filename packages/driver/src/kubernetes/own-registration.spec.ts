import { memoryProvider, MemoryCloud } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.js';
import { readRegistration } from './own-registration.js';

const read = (...argv: readonly string[]): unknown => {
  const providers = [memoryProvider(new MemoryCloud())];
  const invocation = readConfig(
    { name: 'my-driver', providers },
    { argv: ['--endpoint=/csi/csi.sock', ...argv], environment: {} },
  );
  return invocation.kind === 'serve' ? readRegistration(invocation.config) : expect.fail(invocation.kind);
};

describe('readRegistration', () => {
  it('registers nothing by default', () => {
    expect(read('--mode=node')).toBeUndefined();
  });

  it("has the defaults of node-driver-registrar's flags", () => {
    expect(read('--mode=node', '--kubelet-registration-path=/kubelet/csi.sock')).toEqual({
      driverName: 'memory.lustre.test',
      endpoint: '/kubelet/csi.sock',
      directory: '/registration',
    });
  });

  it.each([
    [['--kubelet-registration-path=csi.sock'], '--kubelet-registration-path is "csi.sock": write the path'],
    [['--kubelet-registration-path=/a', '--mode=controller'], 'leave it out with --mode controller'],
  ])('refuses %j', (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
  });
});
