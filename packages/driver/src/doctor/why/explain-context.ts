import type { ControllerProvider } from '@lustre-csi/core';
import type { KubeClient } from '../../kubernetes/kube-client.js';

/** Object that is to be explained. */
export interface Subject {
  readonly kind: 'claim' | 'pod';
  readonly namespace: string;
  readonly name: string;
}

/** Sources of an explanation. Nothing in it changes the cluster or the cloud. */
export interface ExplainContext {
  readonly driverName: string;
  readonly kube: Pick<KubeClient, 'get'>;
  /** Namespace and name of this pod. */
  readonly pod: { readonly namespace: string; readonly name: string };
  readonly nodeId: string;
  /** @throws ConfigurationError */
  readonly provider: () => Promise<ControllerProvider>;
  /** Milliseconds since the epoch. Default: the clock of this machine. */
  readonly now?: () => number;
}

/** Explanation of an object: sentences that make one paragraph, and what to do. */
export interface Explanation {
  /** True if nothing is wrong with the object. */
  readonly isFine: boolean;
  readonly sentences: readonly string[];
  readonly nextStep?: string;
}

export const fine = (...sentences: readonly string[]): Explanation => ({ isFine: true, sentences });
export const waiting = (nextStep: string, ...sentences: readonly string[]): Explanation => ({
  isFine: false,
  sentences,
  nextStep,
});
