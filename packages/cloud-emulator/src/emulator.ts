import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { AwsCloud } from './aws/aws-cloud.js';
import { AzureCloud, type AzureCloudOptions } from './azure/azure-cloud.js';
import { makeCertificateAuthority } from './azure/identity/certificate-authority.js';
import type { CertificateAuthority } from './azure/identity/certificate-authority.js';
import { GoogleCloud, type GoogleCloudOptions } from './google/google-cloud.js';
import { OciCloud, type OciCloudOptions } from './oci/oci-cloud.js';
import { registerControlApi } from './control-api.js';
import { writeEnvironment } from './emulator-environment.js';
import { registerServerFaultApi } from './server-fault-api.js';
import { OwnLustreServers } from './mount/own-lustre-servers.js';
import type { Faults } from './world/faults.js';
import type { Journal } from './world/journal.js';
import { LustreRegistryDirectory, noLustreRegistry } from './world/lustre-registry.js';
import { ServerFaults } from './world/server-faults.js';
import { defaultDurations, World } from './world/world.js';
import type { Durations } from './world/world.js';

/**
 * Options of `startEmulator`. Every option has a default: `startEmulator()` serves all clouds on free loopback
 * ports.
 */
export interface EmulatorOptions {
  readonly durations?: Partial<Durations>;
  /** Directory that the simulated `mount.lustre` reads. Absent: the file systems cannot be mounted. */
  readonly lustreRegistryDir?: string;
  /** Ports on 127.0.0.1; 0 (the default) takes a free one. */
  readonly awsPort?: number;
  readonly azurePort?: number;
  /** Quotas, page sizes and the like. Emulators that share a registry should differ in their Lustre `fsname`. */
  readonly aws?: ConstructorParameters<typeof AwsCloud>[1];
  readonly azure?: AzureCloudOptions;
  readonly google?: GoogleCloudOptions;
  readonly oci?: OciCloudOptions;
}

/** Addresses of a running emulator, and the options with which it was started. */
export interface EmulatorSettings {
  /** HTTP: the FSx, EC2 and STS APIs, the metadata services of all clouds, the agent of EKS Pod Identity, and Google's
   *  Managed Lustre API. */
  readonly awsUrl: string;
  /** HTTPS: Azure Resource Manager and Entra ID; and the services of OCI. */
  readonly azureUrl: string;
  /** HTTP: `/_emulator/journal` and the like are below it. */
  readonly controlUrl: string;
  readonly durations: Durations;
  readonly lustreRegistry?: string;
}

/** Handle of both running clouds. */
export interface Emulator {
  readonly awsUrl: string;
  readonly azureUrl: string;
  readonly controlUrl: string;
  /** The authority that vouches for `azureUrl`, for the `ca` option of a TLS client in this process. */
  readonly certificateAuthority: string;
  readonly journal: Journal;
  readonly faults: Faults;
  /** Faults of the simulated Lustre servers; absent without a registry. */
  readonly lustreFaults?: ServerFaults;
  /** Inventory of each cloud, as `GET /_emulator/state` shows it. */
  state(): CloudStates;
  settings(): EmulatorSettings;
  /**
   * Environment variables with which the real SDKs and the driver reach these clouds.
   * @param directory directory in which `azure.json` and `ca.pem`, which the variables name, are written.
   */
  environment(directory: string): Record<string, string>;
  /** Closes every connection, also those that wait for an answer; the file systems stop answering mounts. */
  stop(): Promise<void>;
}

/** Inventory of each cloud. */
export interface CloudStates {
  readonly aws: unknown;
  readonly azure: unknown;
  readonly google: unknown;
  readonly oci: unknown;
}

let authority: Promise<CertificateAuthority> | undefined;

/** Authority of all emulators of this process. To make one takes longer than everything else that starts. */
const sharedAuthority = (): Promise<CertificateAuthority> => (authority ??= makeCertificateAuthority());

/** Starts the clouds on 127.0.0.1. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { lustreRegistryDir } = options;
  const durations = { ...defaultDurations, ...options.durations };
  const { lustre, ...faultsOfServers } = lustreServers(lustreRegistryDir);
  const world = new World(durations, lustre);
  const { caPem: certificateAuthority, certificate } = await sharedAuthority();
  const http = fastify({ forceCloseConnections: true });
  const https = azureServer(certificate);
  let azureUrl = '';
  const { register, state } = newClouds(world, () => azureUrl, options);
  const stop = async (): Promise<void> => {
    world.stop();
    await Promise.all([http.close(), https.close()]);
    lustre.withdrawAll();
  };
  try {
    register(http, https);
    registerControlApi(http, { world, state, settings: () => settings() });
    registerServerFaultApi(http, faultsOfServers.lustreFaults);
    azureUrl = await listen(https, options.azurePort);
    const awsUrl = await listen(http, options.awsPort);
    const addresses = { awsUrl, azureUrl, controlUrl: awsUrl };
    const registry = lustreRegistryDir === undefined ? {} : { lustreRegistry: lustreRegistryDir };
    const settings = (): EmulatorSettings => ({ ...addresses, durations: world.durations, ...registry });
    return {
      ...{ ...addresses, certificateAuthority },
      ...{ journal: world.journal, faults: world.faults, state, stop, ...faultsOfServers },
      settings,
      environment: (directory) => writeEnvironment(directory, { awsUrl, azureUrl, certificateAuthority }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The clouds of a world. */
function newClouds(
  world: World,
  azureUrl: () => string,
  options: EmulatorOptions,
): { readonly register: (http: FastifyInstance, https: FastifyInstance) => void } & Pick<Emulator, 'state'> {
  const aws = new AwsCloud(world, options.aws);
  const azure = new AzureCloud(world, azureUrl, options.azure);
  const google = new GoogleCloud(world, options.google);
  const oci = new OciCloud(world, options.oci);
  return {
    register: (http, https) => {
      for (const cloud of [aws, google]) cloud.register(http);
      azure.register(https, http);
      oci.register(https, http);
    },
    state: () => ({ aws: aws.state(), azure: azure.state(), google: google.state(), oci: oci.state() }),
  };
}

/** The simulated servers, and their faults where there is a registry. */
const lustreServers = (
  registry: string | undefined,
): { readonly lustre: OwnLustreServers; readonly lustreFaults?: ServerFaults } =>
  registry === undefined
    ? { lustre: new OwnLustreServers(noLustreRegistry) }
    : {
        lustre: new OwnLustreServers(new LustreRegistryDirectory(registry)),
        lustreFaults: new ServerFaults(registry),
      };

/** ARM paths are case-insensitive, and its resource names are longer than a router expects of a parameter. */
const azureServer = ({ certPem, keyPem }: CertificateAuthority['certificate']): FastifyInstance =>
  fastify({
    https: { cert: certPem, key: keyPem },
    forceCloseConnections: true,
    routerOptions: { caseSensitive: false, maxParamLength: 500 },
  });

const listen = (app: FastifyInstance, port = 0): Promise<string> => app.listen({ host: '127.0.0.1', port });
