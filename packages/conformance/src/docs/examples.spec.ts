// All manifests in examples/ work: their StorageClasses provision, their PersistentVolumes name a mountable file system.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseMountSource, formatMountSource } from '@lustre-csi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { providers } from '@lustre-csi/lustre-csi';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { readWriteMany, startEmulatedCloud, type EmulatedCloud } from '../testing/emulated-cloud.js';

const examples = fileURLToPath(new URL('../../../../examples', import.meta.url));

interface StorageClass {
  readonly kind: 'StorageClass';
  readonly metadata: { readonly name: string };
  readonly provisioner: string;
  readonly parameters: Record<string, string>;
  readonly mountOptions?: readonly string[];
}

interface Claim {
  readonly kind: 'PersistentVolumeClaim';
  readonly spec: {
    readonly storageClassName: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
}

interface PersistentVolume {
  readonly kind: 'PersistentVolume';
  readonly spec: {
    readonly csi: {
      readonly driver: string;
      readonly volumeHandle: string;
      readonly volumeAttributes: Record<string, string>;
    };
  };
}

type Manifest = StorageClass | Claim | PersistentVolume;

interface Example {
  readonly file: string;
  readonly manifests: readonly Manifest[];
}

const all: readonly Example[] = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  // Directories need mounts: directory/directory-examples.mount.spec.ts.
  .filter(
    (file) =>
      /^(aws-fsx|azure-amlfs|google-lustre|oci-lustre|generic)\/.*\.yaml$/.test(file) &&
      !file.endsWith('/directory.yaml'),
  )
  .map((file) => ({
    file,
    manifests: parseAllDocuments(readFileSync(join(examples, file), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
  }));

const UNITS: Readonly<Record<string, bigint>> = { G: 10n ** 9n, Gi: 1024n ** 3n, Ti: 1024n ** 4n };

function bytesOf(quantity: string): bigint {
  const [, count = '', unit = ''] = /^([0-9]+)(G|Gi|Ti)$/.exec(quantity) ?? [];
  return BigInt(count) * (UNITS[unit] ?? 0n);
}

const ofKind = <K extends Manifest['kind']>(
  example: Example,
  kind: K,
): readonly Extract<Manifest, { kind: K }>[] =>
  example.manifests.filter((manifest): manifest is Extract<Manifest, { kind: K }> => manifest.kind === kind);

let cloud: EmulatedCloud;
const drivers = new Map<string, DriverProcess>();

beforeAll(async () => {
  cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1 } });
  for (const { driverName } of providers) {
    drivers.set(
      driverName,
      await startLustreCsi({ driverName, mode: 'controller', environment: cloud.environment }),
    );
  }
});

afterAll(async () => {
  for (const driver of drivers.values()) await driver.stop();
  await cloud.stop();
});

describe.each(all)('examples/$file', (example) => {
  it('has a StorageClass or a PersistentVolume', () => {
    const shown = [...ofKind(example, 'StorageClass'), ...ofKind(example, 'PersistentVolume')];
    expect(shown.length).toBeGreaterThan(0);
  });

  it('has storage classes that provision without a change', async () => {
    for (const storageClass of ofKind(example, 'StorageClass')) {
      const claim = ofKind(example, 'PersistentVolumeClaim').find(
        ({ spec }) => spec.storageClassName === storageClass.metadata.name,
      );
      const requiredBytes = bytesOf(claim?.spec.resources.requests.storage ?? '');
      const { volume } = (await drivers.get(storageClass.provisioner)?.client.controller.createVolume(
        {
          name: `pvc-${storageClass.metadata.name}`,
          capacityRange: { requiredBytes, limitBytes: 0n },
          volumeCapabilities: [readWriteMany(storageClass.mountOptions)],
          parameters: { ...storageClass.parameters, 'csi.storage.k8s.io/pvc/name': 'claim' },
          mutableParameters: {},
          secrets: {},
          volumeContentSource: undefined,
          accessibilityRequirements: undefined,
        },
        { deadline: Date.now() + 20_000 },
      )) ?? { volume: undefined };
      expect(volume?.capacityBytes).toBeGreaterThanOrEqual(requiredBytes);
      expect(requiredBytes).toBeGreaterThan(0n);
    }
  });

  it('has persistent volumes that name a mountable file system', () => {
    for (const { spec } of ofKind(example, 'PersistentVolume')) {
      const plugin = providers.find(({ driverName }) => driverName === spec.csi.driver);
      const node = plugin?.node({ flag: () => undefined, environment: () => undefined });
      const source = node?.mountSource({
        volumeId: spec.csi.volumeHandle,
        context: spec.csi.volumeAttributes,
      });
      if (!source) throw new Error(`no provider is named ${spec.csi.driver}`);
      expect(parseMountSource(formatMountSource(source))).toEqual(source);
    }
  });
});
