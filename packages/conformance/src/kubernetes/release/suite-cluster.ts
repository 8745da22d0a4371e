import { KubernetesApi } from '../api/kubernetes-api.js';
import { NodeDirectory } from '../cluster/node-directory.js';
import { readPlan, type ClusterPlan } from '../cluster/plan.js';
import { environmentVariable } from './simulation.js';

/** The cluster in which this process runs. */
export interface SuiteCluster {
  readonly node: NodeDirectory;
  readonly plan: ClusterPlan;
  readonly api: KubernetesApi;
}

/** Connects with the cluster in which `npm run test:kubernetes` has started this process. */
export function openCluster(): SuiteCluster {
  const node = new NodeDirectory(environmentVariable('LUSTRE_CSI_TEST_NODE'));
  return { node, plan: readPlan(node), api: new KubernetesApi(node) };
}
