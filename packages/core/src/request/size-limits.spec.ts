import { describe, expect, it } from 'vitest';
import { checkSizes } from './size-limits.js';

const long = (size: number): string => 'x'.repeat(size);
const capability = (mountFlags: string[]): object => ({
  accessType: { $case: 'mount', value: { fsType: '', mountFlags, volumeMountGroup: '' } },
});

describe('checkSizes', () => {
  it.each<[string, object]>([
    ['empty messages', {}],
    ['a handle that is longer than 128 bytes', { volumeId: long(300) }],
    ['a map of 4096 bytes', { parameters: { [long(96)]: long(4000) } }],
    ['mount flags of 4096 bytes', { volumeCapability: capability([long(4000), long(96)]) }],
    [
      'tokens of service accounts',
      { volumeContext: { 'csi.storage.k8s.io/serviceAccount.tokens': long(9000) } },
    ],
    ['numbers and absent messages', { maxEntries: 1, capacityRange: { requiredBytes: 1n }, a: undefined }],
  ])('takes %s', (_, message) => expect(() => checkSizes(message)).not.toThrow());

  it.each<[string, object, string]>([
    ['a handle', { volumeId: long(4097) }, 'volume_id is 4097 bytes'],
    ['bytes, not characters', { volumeId: 'ü'.repeat(2049) }, 'volume_id is 4098 bytes'],
    ['a map', { parameters: { a: long(2000), b: long(3000) } }, 'parameters is 5002 bytes'],
    ['a volume context', { volumeContext: { a: long(5000) } }, 'volume_context is 5001 bytes'],
    ['mount flags', { volumeCapability: capability([long(60_000)]) }, 'mount_flags is 60000 bytes'],
    ['in a list', { volumeCapabilities: [capability([]), capability([long(5000)])] }, 'mount_flags'],
    ['segments', { accessibilityRequirements: { preferred: [{ segments: { a: long(5000) } }] } }, 'segments'],
  ])('refuses %s', (_, message, words) => {
    expect(() => checkSizes(message)).toThrow(
      expect.objectContaining({
        kind: 'invalid-argument',
        message: expect.stringContaining(words) as string,
      }),
    );
  });
});
