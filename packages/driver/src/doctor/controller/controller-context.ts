import type { CloudDiagnosis, ControllerProvider, ProviderPlugin } from '@lustre-csi/core';
import type { StorageClass } from '../../kubernetes/storage-classes.js';

/** The controller as its cloud sees it. Nothing in it changes the cloud. */
export interface ControllerContext {
  readonly plugin: Pick<ProviderPlugin, 'driverName' | 'title'>;
  /** Diagnosis of the cloud; undefined if the provider has none.
   *  @throws ConfigurationError */
  readonly diagnosis: () => Promise<CloudDiagnosis | undefined>;
  /** @throws ConfigurationError */
  readonly provider: () => Promise<ControllerProvider>;
  /** StorageClasses of the driver; empty outside of a cluster. */
  readonly classes: (signal: AbortSignal) => Promise<readonly StorageClass[]>;
  /** Calls Probe at the endpoint of the driver; undefined if it is unknown. */
  readonly probeDriver: (() => Promise<void>) | undefined;
}
