import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  createDirectory,
  directoryRequest,
  GIB,
  LookingGlass,
  stateDirectory,
  type DirectoryDriver,
} from '../testing/directory-bench.js';
import { startLustreCsi } from '../testing/lustre-csi.js';

const examples = fileURLToPath(new URL('../../../../examples', import.meta.url));

const folders: ReadonlyMap<string, string> = new Map([
  ['fsx.csi.aws.com', 'aws-fsx'],
  ['azurelustre.csi.azure.com', 'azure-amlfs'],
  ['lustre.csi.storage.gke.io', 'google-lustre'],
  ['lustre.csi.oraclecloud.com', 'oci-lustre'],
  ['generic.lustre-csi', 'generic'],
]);

interface Manifest {
  readonly kind: string;
  readonly provisioner?: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

interface ClaimSpec {
  readonly storageClassName: string;
  readonly resources: { readonly requests: { readonly storage: string } };
}

interface StorageClass extends Manifest {
  readonly parameters: Record<string, string>;
}

interface JobSpec {
  readonly template: {
    readonly spec: {
      readonly volumes: readonly {
        readonly ephemeral: { readonly volumeClaimTemplate: { readonly spec: ClaimSpec } };
      }[];
    };
  };
}

/** StorageClass, claim, and the claim of the job's pod. */
function readExample(file: string): { storageClass: StorageClass; claim: ClaimSpec; scratch: ClaimSpec } {
  const manifests = parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS() as Manifest);
  const ofKind = (kind: string): Manifest | undefined => manifests.find((each) => each.kind === kind);
  const [volume] = (ofKind('Job')?.spec as JobSpec).template.spec.volumes;
  if (!volume) throw new Error(`${file}: the job has no volume`);
  return {
    storageClass: ofKind('StorageClass') as StorageClass,
    claim: ofKind('PersistentVolumeClaim')?.spec as ClaimSpec,
    scratch: volume.ephemeral.volumeClaimTemplate.spec,
  };
}

/** Makes the claims of an `examples/` directory.yaml, unchanged except for a file system that exists: the claim, and the scratch of the
 *  job. Runs inside `lustre-cloud-emulator exec`. */
export async function playDirectoryExample({ driverName, prepare }: DirectoryDriver): Promise<void> {
  const file = join(examples, folders.get(driverName) ?? '', 'directory.yaml');
  const { storageClass, claim, scratch } = readExample(file);
  expect(storageClass.provisioner).toBe(driverName);
  for (const each of [claim, scratch]) expect(each.storageClassName).toBe(storageClass.metadata.name);
  const driver = await startLustreCsi({ driverName, args: ['--state-dir', stateDirectory()] });
  const host = await prepare(driver);
  // The example names a file system that does not exist here; everything else stays.
  expect(Object.keys(storageClass.parameters)).toEqual(expect.arrayContaining(Object.keys(host.parameters)));
  const parameters = { ...storageClass.parameters, ...host.parameters };
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
  await host.remove();
  await driver.stop();
}
