import type { CloudRequests } from '../model/cloud-requests.js';
import type { Log } from '../model/log.js';
import type { FlagDefinition, Settings } from './settings.js';
import type { CloudDiagnosis } from './cloud-diagnosis.js';
import type { ControllerProvider } from './controller-provider.js';
import type { NodeProvider } from './node-provider.js';
import type { ParameterSchema } from './parameters.js';

/** Surroundings in which a provider builds its controller side. */
export interface ProviderContext {
  readonly driverName: string;
  readonly driverVersion: string;
  /** Distinguishes this cluster's file systems from another cluster's in the same account. Empty: this cluster has no id,
   *  and owns nothing that carries one. */
  readonly clusterId: string;
  readonly log: Log;
  /** Observer to which the provider reports each request to its cloud. Absent: none. */
  readonly cloudRequests?: CloudRequests;
  /** Absent where no orchestrator can be asked. */
  readonly node?: OrchestratedNode;
}

/** The orchestrator's knowledge of the machine that this process runs on. Queried only if a provider needs it. */
export interface OrchestratedNode {
  /** Machine name of the orchestrator's cloud integration: `aws:///us-west-2a/i-0123456789abcdef0`. Undefined: it has
   *  assigned no name.
   *  @throws Error whose one-line message states the cause and the next step */
  providerId(): Promise<string | undefined>;
}

/**
 * One cloud, as the driver sees it: what a provider package exports. Loading the package loads no cloud SDK; only
 * `controller()` does, so that a node never pays for it.
 */
export interface ProviderPlugin {
  /** The CSI plugin name: `^[a-zA-Z][A-Za-z0-9-._]{0,61}[a-zA-Z]$`. Selects the plugin at startup. */
  readonly driverName: string;
  /** Earlier plugin names: each selects the plugin, too, and is then the name that it is served under, since existing
   *  PersistentVolumes carry it. */
  readonly formerNames?: readonly string[];
  /** For people: `Amazon FSx for Lustre`. */
  readonly title: string;
  /** Command-line flags of this provider alone. */
  readonly flags: readonly FlagDefinition[];

  /** The CSI plugin name to be served under, where the settings give another than `driverName`. */
  servedAs?(settings: Settings): string | undefined;

  /** Properties that every instance of the driver reports, also on nodes, which have no controller side: `expandable`
   *  if volumes can be expanded online, `hasTopology` if topology matters with these settings. */
  readonly expandable?: boolean;
  hasTopology?(settings: Settings): boolean;

  /** StorageClass parameters of CreateVolume. Imports them: a node reads none, and a controller those of its cloud alone. */
  parameters(): Promise<ParameterSchema>;

  node(settings: Settings, context?: Pick<ProviderContext, 'node'>): NodeProvider;

  /** Imports what it needs and builds the controller side. Calls no cloud API.
   *  @throws ConfigurationError one line that names the setting which is missing or wrong */
  controller(settings: Settings, context: ProviderContext): Promise<ControllerProvider>;

  /** Creates the answers of the cloud for `lustre-csi doctor` and `lustre-csi preflight`; loads its SDK. Calls no cloud API.
   *  Absent: there is no cloud to question.
   *  @throws ConfigurationError as `controller` */
  diagnosis?(settings: Settings, context: ProviderContext): Promise<CloudDiagnosis>;
}
