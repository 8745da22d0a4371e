import type { FileSystemPlan } from './controller-provider.js';

/** Identity under which the cloud knows the controller. */
export interface CloudIdentity {
  /** Name in the cloud's own form: an ARN, the object id of a service principal. */
  readonly name: string;
  /** Account or subscription in which it acts. */
  readonly account: string;
}

/** Right that the controller needs, and what the cloud answered to a call that needs it and changes nothing. */
export interface CloudRight {
  /** Spelling of the cloud's policies: `fsx:CreateFileSystem`. */
  readonly name: string;
  /** `unknown`: the answer shows neither. */
  readonly state: 'granted' | 'denied' | 'unknown';
  /** The cloud's own words about a right that is not granted. */
  readonly detail?: string;
}

/** Limit of the account, and its present use. */
export interface CloudQuota {
  /** The cloud's own name of the limit. */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** Subnet in which file systems are created. */
export interface CloudSubnet {
  readonly id: string;
  /** Free addresses. */
  readonly free: number;
  /** Addresses that the smallest file system needs. */
  readonly needed: number;
}

/** Defect of the network in which file systems of a StorageClass would be created. */
export interface NetworkDefect {
  /** Security group, network security group or subnet. */
  readonly subject: string;
  readonly cause: string;
  readonly nextStep: string;
}

/** Findings about the network of a StorageClass. */
export interface CloudNetwork {
  readonly subnets: readonly CloudSubnet[];
  /** Groups whose rules were read; empty: none applies. */
  readonly groups: readonly string[];
  readonly defects: readonly NetworkDefect[];
}

/** Endpoint of the cloud, and its answer to a request without content. */
export interface CloudEndpoint {
  readonly name: string;
  readonly url: string;
  /** Reason why it gave no HTTP answer; absent: it gave one. */
  readonly error?: string;
  /** Seconds by which the clock of this machine is ahead of the header `Date` of the answer; negative: behind. */
  readonly aheadSeconds?: number;
}

/**
 * A cloud's answers to the questions of `lustre-csi doctor` and `lustre-csi preflight`. Nothing in it changes the cloud. Each
 * method throws the cloud's refusal in its own words, or the reason of the signal.
 */
export interface CloudDiagnosis<Plan extends FileSystemPlan = FileSystemPlan> {
  /** Finds out the identity. */
  identity(signal: AbortSignal): Promise<CloudIdentity>;
  /** Tries each right that the controller's calls need. */
  rights(signal: AbortSignal): Promise<readonly CloudRight[]>;
  /** Reads the limits that stop a creation. Empty: the cloud reports none. */
  quotas(signal: AbortSignal): Promise<readonly CloudQuota[]>;
  /** Reads subnets and firewall rules for the file systems of a plan, as `ControllerProvider.plan` returned it. Undefined: it
   *  creates none.
   *  @throws DriverError invalid-argument if the plan names what does not exist */
  network(plan: Plan, signal: AbortSignal): Promise<CloudNetwork | undefined>;
  /** Sends a request to each endpoint that the controller uses. */
  endpoints(signal: AbortSignal): Promise<readonly CloudEndpoint[]>;
}
