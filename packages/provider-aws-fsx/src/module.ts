import type { EC2ClientConfig } from '@aws-sdk/client-ec2';
import type { FSxClient, FSxClientConfig } from '@aws-sdk/client-fsx';
import { agentsFor } from '@lustre-csi/core/network';
import {
  ConfigurationError,
  messageOf,
  type CloudRequests,
  type ControllerProvider,
  type ProviderContext,
  type Settings,
} from '@lustre-csi/core';
import { DeferredEc2 } from './api/deferred-ec2.js';
import { FsxExpansion } from './operations/expansion.js';
import { FsxFileSystems } from './operations/file-systems.js';
import { MAX_CONNECTIONS } from './api/aws-operation.js';
import { FsxApi } from './api/fsx-api.js';
import { FsxModification } from './operations/modification.js';
import { MountAddresses } from './operations/mount-addresses.js';
import { isRegion } from './node/node-provider-id.js';
import { ownRegion } from './node/own-region.js';
import { FsxSnapshots } from './operations/snapshots.js';
import { SubnetZones } from './api/subnet-zones.js';
import { isLegalTagValue, parseTags, type Tags } from './parameters/tags.js';

export { fsxParameterSchema } from './parameters/parameters.js';

/** Limit for a connection of a call; the caller's signal may end it sooner. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** Limit for the answer to a call; the caller's signal may end it sooner. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Builds the controller side from the settings. Calls no cloud API.
 *  @throws ConfigurationError one line that names the missing or wrong setting */
export async function buildController(
  settings: Settings,
  context: ProviderContext,
): Promise<ControllerProvider> {
  const region = await regionFrom(settings, context);
  const view = { region, clusterId: clusterIdOf(context) };
  const options = await clientOptions(region, context, settings);
  const api = new FsxApi(() => newFsx(options), context.cloudRequests);
  const ec2 = newEc2(options, context.cloudRequests);
  return new FsxFileSystems(
    {
      api,
      subnetZones: new SubnetZones(ec2),
      mountAddresses: new MountAddresses(ec2),
      expansion: new FsxExpansion(api, view),
      modification: new FsxModification(api),
      snapshots: new FsxSnapshots(api, view),
    },
    { ...view, extraTags: extraTagsOf(settings), log: context.log },
  );
}

/**
 * Options of the SDK's clients. Its defaults apply to everything else: the credential chain, AWS_ENDPOINT_URL(_FSX),
 * three attempts in the standard retry mode (AWS_MAX_ATTEMPTS and AWS_RETRY_MODE change them). It reads neither proxies nor
 * AWS_CA_BUNDLE; the clients of its credential chain use the same agents.
 */
export async function clientOptions(
  region: string,
  { driverName, driverVersion }: ProviderContext,
  settings: Settings,
): Promise<ClientOptions> {
  const agents = await agentsFor((name) => settings.environment(name), 'AWS_CA_BUNDLE');
  return {
    region,
    customUserAgent: [[driverName, driverVersion]],
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      ...(agents
        ? { httpAgent: agents.http, httpsAgent: agents.https }
        : { httpAgent: connections, httpsAgent: connections }),
    },
  };
}

/** Pool of connections, kept open between calls. */
const connections = { keepAlive: true, maxSockets: MAX_CONNECTIONS };

export type ClientOptions = Pick<
  FSxClientConfig & EC2ClientConfig,
  'region' | 'customUserAgent' | 'requestHandler'
>;

/** Loads the SDK, and creates its client. */
async function newFsx(options: ClientOptions): Promise<FSxClient> {
  const { FSxClient } = await import('@aws-sdk/client-fsx');
  return new FSxClient(options);
}

function newEc2(options: ClientOptions, requests: CloudRequests | undefined): DeferredEc2 {
  return new DeferredEc2(async () => {
    const [{ EC2Client }, { Ec2Api }] = await Promise.all([
      import('@aws-sdk/client-ec2'),
      import('./api/ec2-api.js'),
    ]);
    return new Ec2Api(() => new EC2Client(options), requests);
  });
}

/** Finds the region: of the flag, else of the environment, else of this machine.
 *  @throws ConfigurationError */
export async function regionFrom(settings: Settings, { node }: ProviderContext): Promise<string> {
  const region =
    settings.flag('region') ||
    settings.environment('AWS_REGION') ||
    settings.environment('AWS_DEFAULT_REGION') ||
    (await ownRegion(settings, node));
  if (isRegion(region)) return region;
  throw new ConfigurationError(
    `"${region}" is not an AWS region: set the environment variable AWS_REGION or the flag --region, such as us-west-2`,
  );
}

function extraTagsOf(settings: Settings): Tags {
  try {
    return parseTags(settings.flag('extra-tags') ?? '');
  } catch (error) {
    throw new ConfigurationError(`--extra-tags: ${messageOf(error)}; write KEY=VALUE,KEY2=VALUE2`);
  }
}

/** Checks the cluster id, which becomes a tag of every file system and distinguishes those of other clusters.
 *  @throws ConfigurationError */
function clusterIdOf({ clusterId }: ProviderContext): string {
  if (isLegalTagValue(clusterId)) return clusterId;
  throw new ConfigurationError(
    `the cluster id "${clusterId}" cannot be a tag of FSx: use letters, digits, spaces and _ . : / = + - @, at most 256`,
  );
}
