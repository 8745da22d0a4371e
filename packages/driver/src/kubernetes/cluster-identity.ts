import { ConfigurationError, messageOf, type Log, type Settings } from '@lustre-csi/core';
import { inClusterEndpoint } from './in-cluster-endpoint.js';
import type { KubeClient } from './kube-client.js';
import { textAt } from './object-fields.js';

/** Namespace that every cluster has and that lives as long as the cluster. */
const PATH = '/api/v1/namespaces/kube-system';

/** Answers that stay the same until the installation changes: no right, no account, no such object. */
const LASTING = [401, 403, 404];

const ATTEMPTS = 5;
const PAUSE_MS = 2_000;

/** Lookup of the cluster's identity. */
export interface ClusterIdentityParts {
  readonly client: Pick<KubeClient, 'get'>;
  readonly log: Pick<Log, 'warn'>;
  /** Milliseconds between two attempts. */
  readonly pauseMs?: number;
}

/**
 * Id of the cluster, which becomes a tag of its file systems: `--cluster-id`, else the uid of the namespace `kube-system`
 * where this process is a pod and `--detect-cluster-id` is on.
 * @returns empty where there is none
 * @throws ConfigurationError where the API server does not answer: with another id than before, the driver would not
 *   recognize its own file systems
 */
export async function clusterIdentity(
  settings: Settings,
  given: string,
  log: Pick<Log, 'warn'>,
): Promise<string> {
  if (given !== '' || settings.flag('detect-cluster-id') === 'false') return given;
  if (!settings.environment('KUBERNETES_SERVICE_HOST')) return '';
  const { KubeClient } = await import('./kube-client.js');
  const client = new KubeClient(inClusterEndpoint(settings, '--detect-cluster-id'));
  try {
    return await uidOfCluster({ client, log });
  } finally {
    await client.close();
  }
}

/** Reads the uid; needs `get` on the namespace kube-system.
 *  @returns empty, with a warning, where the service account may not read it
 *  @throws ConfigurationError as `clusterIdentity` */
export async function uidOfCluster({
  client,
  log,
  pauseMs = PAUSE_MS,
}: ClusterIdentityParts): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const uid = textAt(await client.get(PATH, new AbortController().signal), 'metadata', 'uid');
      if (uid !== undefined) return uid;
      throw new Error(`GET ${PATH}: the answer has no uid`);
    } catch (error) {
      if (isLasting(error)) return withoutId(error, log);
      if (attempt === ATTEMPTS) throw unreachable(error);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** Reports whether a later attempt would end in the same way. A pod without a service account has no token file. */
function isLasting(error: unknown): boolean {
  const { status, code } = error as { readonly status?: unknown; readonly code?: unknown };
  return code === 'ENOENT' || LASTING.includes(Number(status));
}

function withoutId(error: unknown, log: Pick<Log, 'warn'>): string {
  log.warn(
    { why: messageOf(error) },
    'the cluster has no id: the file systems of this driver carry no tag of the cluster, and those of other clusters in ' +
      'the account that carry none count as its own. Allow the controller to get the namespace kube-system, or set --cluster-id; ' +
      '--detect-cluster-id=false ends this warning',
  );
  return '';
}

const unreachable = (error: unknown): ConfigurationError =>
  new ConfigurationError(
    `the id of the cluster cannot be read: ${messageOf(error)}. Check the API server, or set --cluster-id, or ` +
      '--detect-cluster-id=false if no other cluster uses the account',
  );
