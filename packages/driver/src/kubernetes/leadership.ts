import { hostname } from 'node:os';
import { systemClock, type Clock } from '@lustre-csi/core';
import type { KubeClient } from './kube-client.js';
import { textAt } from './object-fields.js';

/** Age from which the Lease is read again. Milliseconds. */
const MAX_AGE_MS = 15_000;
/** Age from which a Lease that cannot be read proves nothing any more. Milliseconds. */
const FORGET_MS = 60_000;

/** Inputs of the lookup. */
export interface LeadershipParts {
  readonly client: Pick<KubeClient, 'get'>;
  /** Namespace of this pod. */
  readonly namespace: string;
  readonly driverName: string;
  /** Name of this pod. Default: the host name, by which sidecars identify themselves. */
  readonly identity?: string;
  readonly clock?: Pick<Clock, 'now'>;
}

/** Name of the Lease for which external-provisioner competes: csi-lib-utils, leaderelection.sanitizeName. */
export const leaseNameOf = (driverName: string): string =>
  driverName.replace(/[^a-zA-Z0-9-]/g, '-').replace(/-$/, '-X');

/** Reports whether the external-provisioner of this pod leads, as its Lease says. The driver itself needs no leader: any replica
 *  serves any call. */
export class Leadership {
  #leads: boolean | undefined;
  #readAt = -Infinity;
  #knownAt = -Infinity;
  readonly #path: string;
  readonly #identity: string;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(private readonly parts: LeadershipParts) {
    const { namespace, driverName } = parts;
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${leaseNameOf(driverName)}`;
    this.#identity = parts.identity ?? hostname();
    this.#clock = parts.clock ?? systemClock;
  }

  /** Last known answer; looks again in the background. Undefined: unknown. */
  get leads(): boolean | undefined {
    const now = this.#clock.now();
    if (now - this.#readAt >= MAX_AGE_MS) void this.read();
    return now - this.#knownAt < FORGET_MS ? this.#leads : undefined;
  }

  /** Reads the Lease. Never throws: without the right to read it, or without a Lease, the answer stays unknown. */
  async read(): Promise<boolean | undefined> {
    this.#readAt = this.#clock.now();
    try {
      const lease = await this.parts.client.get(this.#path, new AbortController().signal);
      this.#leads = textAt(lease, 'spec', 'holderIdentity') === this.#identity;
      this.#knownAt = this.#clock.now();
    } catch {
      // A scrape must not fail because the API server does.
    }
    return this.leads;
  }
}
