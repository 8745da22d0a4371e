import { readFileSync } from 'node:fs';
import type { ApiObject } from '../api/resources.js';
import { NODE_ADDRESS } from '../cluster/addresses.js';
import type { NodeDirectory } from '../cluster/node-directory.js';
import { environmentVariable, simulationValues, type ComponentValues } from './simulation.js';

/** Namespace of all releases. */
export const RELEASE_NAMESPACE = 'kube-system';

/** Zone of the emulated cloud in which the node is. */
export const ZONE = 'us-west-2a';

/** Release of the chart. */
export interface Release {
  readonly name: string;
  readonly driver: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Objects that a user creates before: credentials. */
  readonly objects: readonly ApiObject[];
}

const variables = (values: Readonly<Record<string, string>>): readonly unknown[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

const secret = (name: string, stringData: Readonly<Record<string, string>>): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: RELEASE_NAMESPACE },
  stringData,
});

/** Address of the emulated AWS, as pods reach it. */
function forwardedAws(): string {
  const url = new URL(environmentVariable('AWS_ENDPOINT_URL_FSX'));
  url.hostname = NODE_ADDRESS;
  return url.href.replace(/\/$/, '');
}

/** Amazon FSx: the defaults of the chart, with snapshots and topology, not root, in the network of pods. */
export function fsxRelease(node: NodeDirectory): Release {
  const endpoint = forwardedAws();
  const names = ['FSX', 'EC2', 'STS', 'SERVICE_QUOTAS'].map((service) => `AWS_ENDPOINT_URL_${service}`);
  return {
    name: 'fsx',
    driver: 'fsx.csi.aws.com',
    values: {
      driver: 'fsx.csi.aws.com',
      topology: { zone: ZONE },
      sidecars: {
        snapshotter: { enabled: true },
        healthMonitor: { enabled: true, additionalArgs: ['--monitor-interval=2s'] },
      },
      controller: {
        region: environmentVariable('AWS_REGION'),
        env: variables(Object.fromEntries(names.map((name) => [name, endpoint]))),
      },
      node: simulationValues(node),
    },
    objects: [
      secret('aws-secret', {
        key_id: environmentVariable('AWS_ACCESS_KEY_ID'),
        access_key: environmentVariable('AWS_SECRET_ACCESS_KEY'),
      }),
    ],
  };
}

/** Azure Managed Lustre: `azure.json` from a Secret, and the authority of the emulator's certificate. One controller, in the network
 *  of the node: Azure's answers name the address of the emulator. */
export function azureRelease(node: NodeDirectory): Release {
  return {
    name: 'azure',
    driver: 'azurelustre.csi.azure.com',
    values: {
      driver: 'azurelustre.csi.azure.com',
      azure: { cloudConfig: { secretName: 'azure-config' } },
      controller: {
        hostNetwork: true,
        replicaCount: 1,
        env: variables({
          AZURE_AUTHORITY_HOST: environmentVariable('AZURE_AUTHORITY_HOST'),
          NODE_EXTRA_CA_CERTS: '/emulator/ca.pem',
        }),
        volumes: [{ name: 'emulator', secret: { secretName: 'emulator' } }],
        volumeMounts: [{ name: 'emulator', mountPath: '/emulator', readOnly: true }],
      },
      node: simulationValues(node),
    },
    objects: [
      secret('azure-config', {
        'azure.json': readFileSync(environmentVariable('AZURE_CONFIG_FILE'), 'utf8'),
      }),
      secret('emulator', { 'ca.pem': readFileSync(environmentVariable('NODE_EXTRA_CA_CERTS'), 'utf8') }),
    ],
  };
}

/** Directories of any Lustre: the controller mounts file systems itself. */
export function genericRelease(node: NodeDirectory): Release {
  const simulated: ComponentValues = simulationValues(node);
  return {
    name: 'generic',
    driver: 'generic.lustre-csi',
    values: {
      driver: 'generic.lustre-csi',
      controller: simulated,
      // Without the two sidecars of a node plugin.
      node: { ...simulated, kataAware: true, registration: 'builtin', guestVolumes: { enabled: true } },
    },
    objects: [],
  };
}

/** Google Cloud Managed Lustre: the identity of the machine, whose metadata server the emulator is. */
export function googleRelease(node: NodeDirectory): Release {
  const names = ['GCE_METADATA_HOST', 'CLOUDSDK_API_ENDPOINT_OVERRIDES_LUSTRE'];
  const forwarded = (name: string): string => environmentVariable(name).replace('127.0.0.1', NODE_ADDRESS);
  const env = variables(Object.fromEntries(names.map((name) => [name, forwarded(name)])));
  return {
    name: 'google',
    driver: 'lustre.csi.storage.gke.io',
    values: {
      driver: 'lustre.csi.storage.gke.io',
      topology: { zone: 'none' },
      controller: { env },
      node: simulationValues(node),
    },
    objects: [],
  };
}

/** OCI File Storage with Lustre: the configuration of the SDKs with the key beside it. */
export function ociRelease(node: NodeDirectory): Release {
  const configuration = readFileSync(environmentVariable('OCI_CONFIG_FILE'), 'utf8');
  const keyFile = /^key_file=(.*)$/m.exec(configuration)?.[1] ?? '';
  const names = ['OCI_LUSTRE_ENDPOINT', 'OCI_IDENTITY_ENDPOINT'];
  const endpoints = Object.fromEntries(names.map((name) => [name, environmentVariable(name)]));
  return {
    name: 'oci',
    driver: 'lustre.csi.oraclecloud.com',
    values: {
      driver: 'lustre.csi.oraclecloud.com',
      oci: {
        compartmentIds: [environmentVariable('OCI_COMPARTMENT_ID')],
        config: { secretName: 'oci-config', key: 'config' },
      },
      // Beside that of Azure in the network of the node: other ports.
      sidecars: { provisioner: { httpPort: 23011 }, resizer: { httpPort: 23012 } },
      controller: {
        hostNetwork: true,
        replicaCount: 1,
        env: variables({ ...endpoints, NODE_EXTRA_CA_CERTS: '/etc/oci/ca.pem' }),
      },
      node: simulationValues(node),
    },
    objects: [
      secret('oci-config', {
        config: configuration.replace(keyFile, '/etc/oci/key.pem'),
        'key.pem': readFileSync(keyFile, 'utf8'),
        'ca.pem': readFileSync(environmentVariable('NODE_EXTRA_CA_CERTS'), 'utf8'),
      }),
    ],
  };
}

export const allReleases = (node: NodeDirectory): readonly Release[] => [
  fsxRelease(node),
  azureRelease(node),
  genericRelease(node),
  googleRelease(node),
  ociRelease(node),
];
