import type { ControllerProvider, NodeProvider, ProviderPlugin } from '@lustre-csi/core';
import type { KubeClient } from '../../kubernetes/kube-client.js';

/** The cluster as the controller's service account sees it. Nothing in it changes the cluster. */
export interface ClusterContext {
  readonly driverName: string;
  readonly plugin: ProviderPlugin;
  readonly kube: Pick<KubeClient, 'get' | 'evaluate'>;
  /** Namespace and name of this pod. */
  readonly pod: { readonly namespace: string; readonly name: string };
  readonly nodeProvider: NodeProvider;
  /** Provider of the controller; loads the SDK of the cloud.
   *  @throws ConfigurationError */
  readonly provider: () => Promise<ControllerProvider>;
}
