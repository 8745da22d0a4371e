// examples/*/directory.yaml as it stands, with a file system that exists. Runs inside `lustre-cloud-emulator exec`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  createDirectory,
  directoryDrivers,
  directoryRequest,
  GIB,
  LookingGlass,
  stateDirectory,
} from '../testing/directory-bench.js';
import { startDriverProcess } from '../testing/driver-process.js';

const examples = fileURLToPath(new URL('../../../../examples', import.meta.url));

const folders: Readonly<Record<string, string>> = {
  'fsx.csi.aws.com': 'aws-fsx',
  'azurelustre.csi.azure.com': 'azure-amlfs',
  'lustre.csi.k8s.io': 'generic',
};

interface Manifest {
  readonly kind: string;
  readonly provisioner?: string;
  readonly parameters?: Record<string, string>;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

interface ClaimSpec {
  readonly storageClassName: string;
  readonly resources: { readonly requests: { readonly storage: string } };
}

it.each(directoryDrivers)(
  '$driverName: the claim and the scratch of the job',
  async ({ driverName, prepare }) => {
    const file = join(examples, folders[driverName] ?? '', 'directory.yaml');
    const manifests = parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS() as Manifest);
    const storageClass = manifests.find(({ kind }) => kind === 'StorageClass');
    const claim = manifests.find(({ kind }) => kind === 'PersistentVolumeClaim')?.spec as ClaimSpec;
    const job = manifests.find(({ kind }) => kind === 'Job')?.spec as {
      template: { spec: { volumes: [{ ephemeral: { volumeClaimTemplate: { spec: ClaimSpec } } }] } };
    };
    const scratch = job.template.spec.volumes[0].ephemeral.volumeClaimTemplate.spec;
    expect(storageClass?.provisioner).toBe(driverName);
    expect([claim, scratch].map((each) => each.storageClassName)).toEqual([
      storageClass?.metadata.name,
      storageClass?.metadata.name,
    ]);
    const host = await prepare();
    // The example names a file system that does not exist here; all else stays.
    expect(Object.keys(storageClass?.parameters ?? {})).toEqual(
      expect.arrayContaining(Object.keys(host.parameters)),
    );
    const parameters = { ...storageClass?.parameters, ...host.parameters };
    const driver = await startDriverProcess({ driverName, args: ['--state-dir', stateDirectory()] });
    const look = new LookingGlass(host.source);
    for (const [name, { resources }] of [
      ['training-data', claim],
      // As Kubernetes names the claim of a generic ephemeral volume: POD-VOLUME.
      ['preprocess-x7f2k-scratch', scratch],
    ] as const) {
      const gibibytes = BigInt(resources.requests.storage.replace('Gi', ''));
      const request = directoryRequest(
        `pvc-of-${name}`,
        host,
        {
          ...parameters,
          'csi.storage.k8s.io/pvc/name': name,
          'csi.storage.k8s.io/pvc/namespace': 'default',
        },
        { requiredBytes: gibibytes * GIB, limitBytes: 0n },
      );
      const { volumeId, capacityBytes } = await createDirectory(driver, request);
      expect(capacityBytes).toBe(gibibytes * GIB);
      expect(existsSync(join(look.root, 'kubernetes/default', name))).toBe(true);
      await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
      expect(existsSync(join(look.root, 'kubernetes/default', name))).toBe(false);
    }
    look.close();
    await driver.stop();
    await host.remove();
  },
);
