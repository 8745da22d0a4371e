import { describe, expect, it } from 'vitest';
import * as csi from '../gen/csi.js';
import { secretFields } from '../gen/secret-fields.js';
import { redact, redactMessage } from './redact.js';

interface MessageType {
  fromPartial(fields: object): object;
}

const types = csi as unknown as Record<string, MessageType | undefined>;

describe('redact', () => {
  it('knows the messages of CSI 1.12 that have secrets', () => {
    expect(Object.keys(secretFields)).toHaveLength(19);
  });

  it.each(Object.entries(secretFields))('hides the secrets of %s', (message, fields) => {
    const secrets = Object.fromEntries(fields.map((field) => [field, { password: 'hunter2' }]));
    const request = types[message]?.fromPartial(secrets);
    if (!request) throw new Error(`there is no ${message}`);
    const shown = redact(message, request);
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|password/);
    for (const field of fields) expect(shown[field]).toBe('***');
    expect(request).toMatchObject(secrets);
  });

  it('hides the tokens that kubelet puts into the volume context', () => {
    const volumeContext = {
      'csi.storage.k8s.io/serviceAccount.tokens': '{"sts":{"token":"hunter2"}}',
      dnsname: 'x',
    };
    expect(redact('NodePublishVolumeRequest', { volumeId: 'v', volumeContext })).toEqual({
      volumeId: 'v',
      volumeContext: { 'csi.storage.k8s.io/serviceAccount.tokens': '***', dnsname: 'x' },
    });
  });

  it('hides mount flags, which CSI calls sensitive', () => {
    const volumeCapability = {
      accessMode: { mode: 5 },
      accessType: {
        $case: 'mount' as const,
        value: { mountFlags: ['skpath=/etc/hunter2'], fsType: 'lustre' },
      },
    };
    for (const [message, request] of [
      ['NodePublishVolumeRequest', csi.NodePublishVolumeRequest.fromPartial({ volumeCapability })],
      [
        'CreateVolumeRequest',
        csi.CreateVolumeRequest.fromPartial({ volumeCapabilities: [volumeCapability] }),
      ],
    ] as const) {
      const shown = JSON.stringify(redact(message, request));
      expect(shown).toContain('"mountFlags":"***"');
      expect(shown).not.toContain('hunter2');
    }
  });

  it.each([
    [
      'mount_flags: "skpath=/etc/hunter2" is refused: leave it out',
      'mount_flags: "***" is refused: leave it out',
    ],
    [
      'mount_flags: "a=\\"hunter2,x\\"" is refused; also mount_flags: "b"',
      'mount_flags: "***" is refused; also mount_flags: "***"',
    ],
    ['target_path: "/x" is refused', 'target_path: "/x" is refused'],
  ])('hides the flag that the message %s quotes', (message, shown) =>
    expect(redactMessage(message)).toBe(shown),
  );

  it('shortens what is long', () => {
    const volumeContext = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`key-${index}`, 'x'.repeat(100)]),
    );
    const request = { volumeId: 'v'.repeat(100_000), volumeContext };
    expect(JSON.stringify(redact('NodePublishVolumeRequest', request)).length).toBeLessThan(20_000);
  });

  it('finds every map of secrets that the messages have', () => {
    const withSecrets = Object.entries(types).filter(
      ([name, type]) => name.endsWith('Request') && 'secrets' in (type?.fromPartial({}) ?? {}),
    );
    expect(withSecrets.map(([name]) => name).sort()).toEqual(Object.keys(secretFields).sort());
  });

  it('writes 64-bit numbers in full, wherever they are, and drops what is empty', () => {
    const request = csi.CreateVolumeRequest.fromPartial({
      name: 'pvc-1',
      capacityRange: { requiredBytes: 2n ** 53n + 1n },
      volumeCapabilities: [{ accessMode: { mode: 5 } }],
      parameters: { tier: 'fast' },
    });
    expect(redact('CreateVolumeRequest', request)).toEqual({
      name: 'pvc-1',
      capacityRange: { requiredBytes: '9007199254740993', limitBytes: '0' },
      volumeCapabilities: [{ accessMode: { mode: 5 } }],
      parameters: { tier: 'fast' },
    });
  });

  it.each([
    ['an empty request', {}, {}],
    ['empty fields', { a: '', b: [], c: {}, d: undefined, e: 0n, secrets: {} }, {}],
    [
      'what is false or 0: that says something',
      { readonly: false, maxEntries: 0 },
      { readonly: false, maxEntries: 0 },
    ],
  ])('shows %s', (_, request, shown) => expect(redact('CreateVolumeRequest', request)).toEqual(shown));
});
