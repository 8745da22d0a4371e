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
  const names = ['AWS_ENDPOINT_URL_FSX', 'AWS_ENDPOINT_URL_EC2', 'AWS_ENDPOINT_URL_STS'];
  return {
    name: 'fsx',
    driver: 'fsx.csi.aws.com',
    values: {
      driver: 'fsx.csi.aws.com',
      topology: { zone: ZONE },
      sidecars: { snapshotter: { enabled: true } },
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
      node: { ...simulated, kataAware: true },
    },
    objects: [],
  };
}

export const allReleases = (node: NodeDirectory): readonly Release[] => [
  fsxRelease(node),
  azureRelease(node),
  genericRelease(node),
];
