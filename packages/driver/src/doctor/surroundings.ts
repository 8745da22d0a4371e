import { readFile } from 'node:fs/promises';
import { ConfigurationError, type CloudDiagnosis, type ControllerProvider, type Log } from '@lustre-csi/core';
import type { Container } from 'inversify';
import type { ToolConfig } from '../config/config.js';
import { createContainer, tokens } from '../container/container.js';
import type { DriverDefinition } from '../driver-definition.js';
import { inClusterEndpoint } from '../kubernetes/in-cluster-endpoint.js';
import { KubeClient } from '../kubernetes/kube-client.js';
import { storageClassesOf } from '../kubernetes/storage-classes.js';
import { createLog } from '../logger.js';
import type { ClusterContext } from './cluster/cluster-context.js';
import type { ControllerContext } from './controller/controller-context.js';
import type { NodeContext } from './node/node-context.js';
import { nodeContext } from './node/create-node-context.js';
import { probeAt } from './probe-driver.js';
import type { ExplainContext } from './why/explain-context.js';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Place in which a command of diagnosis runs: what it examines, opened at the first use. */
export class Surroundings {
  readonly #log: Log;
  #kube: KubeClient | undefined;
  #container: Promise<Container> | undefined;
  #diagnosis: Promise<CloudDiagnosis | undefined> | undefined;

  constructor(
    private readonly config: ToolConfig,
    private readonly driver: DriverDefinition,
  ) {
    this.#log = createLog(
      'warn',
      { driver: config.plugin.driverName, command: 'doctor' },
      {
        descriptor: 2,
      },
    );
  }

  /** Client of the cluster's API; undefined outside of a pod. */
  kube(): KubeClient | undefined {
    const { settings } = this.config;
    if (settings.environment('KUBERNETES_SERVICE_HOST') === undefined) return undefined;
    return (this.#kube ??= new KubeClient(inClusterEndpoint(settings, 'doctor')));
  }

  async node(): Promise<NodeContext> {
    return nodeContext(this.config, this.kube());
  }

  async controller(): Promise<ControllerContext> {
    const { plugin, endpoint } = this.config;
    const kube = this.kube();
    return {
      plugin,
      diagnosis: () => this.diagnosis(),
      provider: () => this.provider(),
      classes: async (signal) => (kube ? storageClassesOf(kube, plugin.driverName, signal) : []),
      probeDriver: probeAt(endpoint),
    };
  }

  /** The cluster; undefined outside of a pod. */
  async cluster(): Promise<ClusterContext | undefined> {
    const kube = this.kube();
    if (!kube) return undefined;
    const { plugin, settings } = this.config;
    return {
      driverName: plugin.driverName,
      plugin,
      kube,
      pod: await this.pod(),
      nodeProvider: plugin.node(settings),
      provider: () => this.provider(),
    };
  }

  /** @throws ConfigurationError outside of a pod */
  async explained(): Promise<ExplainContext> {
    const { plugin, settings, nodeId } = this.config;
    inClusterEndpoint(settings, 'doctor claim and doctor pod');
    const kube = this.kube();
    if (!kube) throw new ConfigurationError('doctor claim and doctor pod need the Kubernetes API');
    return {
      driverName: plugin.driverName,
      kube,
      pod: await this.pod(),
      nodeId,
      provider: () => this.provider(),
    };
  }

  /** Namespace and name of this pod. */
  async pod(): Promise<{ readonly namespace: string; readonly name: string }> {
    const { settings } = this.config;
    const namespace = await readFile(NAMESPACE_FILE, 'utf8').catch(() => 'kube-system');
    return { namespace: namespace.trim(), name: settings.environment('HOSTNAME') ?? '' };
  }

  async provider(): Promise<ControllerProvider> {
    return (await this.#parts()).getAsync(tokens.controllerProvider);
  }

  diagnosis(): Promise<CloudDiagnosis | undefined> {
    return (this.#diagnosis ??= this.#diagnose());
  }

  async close(): Promise<void> {
    await this.#kube?.close();
  }

  async #diagnose(): Promise<CloudDiagnosis | undefined> {
    const { plugin, settings } = this.config;
    const container = await this.#parts();
    const clusterId = await container.getAsync(tokens.clusterId);
    const { driverName } = plugin;
    const context = { driverName, driverVersion: this.driver.version, clusterId, log: this.#log };
    return plugin.diagnosis?.(settings, { ...context, node: container.get(tokens.orchestratedNode) });
  }

  #parts(): Promise<Container> {
    return (this.#container ??= createContainer(this.driver, this.config, this.#log));
  }
}
