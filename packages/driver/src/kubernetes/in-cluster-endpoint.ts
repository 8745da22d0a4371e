import { ConfigurationError, type Settings } from '@lustre-csi/core';
import type { KubeEndpoint } from './kube-client.js';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Endpoint of the API of the cluster in which this process is a pod. Does not load the client.
 *  @param neededBy flag or command that needs the API, as the message names it: `--kata-aware`
 *  @throws ConfigurationError outside of a pod */
export function inClusterEndpoint(settings: Pick<Settings, 'environment'>, neededBy: string): KubeEndpoint {
  const host = settings.environment('KUBERNETES_SERVICE_HOST');
  const port = Number(settings.environment('KUBERNETES_SERVICE_PORT') ?? '443');
  if (!host || !Number.isInteger(port)) {
    throw new ConfigurationError(
      `${neededBy} needs the Kubernetes API, and KUBERNETES_SERVICE_HOST is not set: run the driver as a pod with a ` +
        'service account, or do not use it',
    );
  }
  return { host, port, caFile: `${SERVICE_ACCOUNT}/ca.crt`, tokenFile: `${SERVICE_ACCOUNT}/token` };
}
