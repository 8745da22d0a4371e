import type { CapacityRange } from '../../model/capacity.js';
import type { VolumeRequest } from '../../model/volume-request.js';
import type { ControllerProvider } from '../../provider/controller-provider.js';
import type { NodeProvider } from '../../provider/node-provider.js';

/** Facts about a provider that the contract needs. Its cloud must hold nothing of other users while the cases run.
 *  `controller` and `node` are read only by cases that run, so that they may be getters of what is built later. */
export interface ProviderContractHarness {
  readonly driverName: string;
  readonly controller: ControllerProvider;
  readonly node: NodeProvider;
  /** A request that the cloud can fulfil. It requests a size, and names each parameter that a listing reports. */
  request(name: string): VolumeRequest;
  /** One that the cloud can fulfil, too, but not with the file system that `request` gets: another SKU, say. */
  differentRequest(name: string): VolumeRequest;
  /** A range in which the cloud has no size, with any parameters. */
  readonly impossibleRange: CapacityRange;
  /** Handles of the form that CreateVolume gives out, of file systems that do not exist. */
  readonly absentVolumeIds: readonly string[];
  /** Texts that are no handles of this driver: another driver's, for example. */
  readonly foreignVolumeIds: readonly string[];
  /** Scopes that the cloud cannot list: they must not pass for empty ones. */
  readonly unusableScopes?: readonly string[];
  /** Looks again and again, letting the cloud's time pass in between, until the answer is yes.
   *  @throws if that takes too long; `what` says what was waited for */
  waitUntil(look: () => Promise<boolean>, what: string): Promise<void>;
}

/** One rule of the contract. `run` rejects with an AssertionError where the provider breaks it. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}
