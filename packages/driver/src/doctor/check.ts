/** Seriousness of a check that fails. */
export type Severity = 'error' | 'warning';

/** Place from which a check looks: the node plugin, the controller, or the cluster as the controller sees it. */
export type Scope = 'node' | 'controller' | 'cluster';

/** Defect that a check has found. */
export interface Finding {
  /** Object with the defect: a mount, a StorageClass; absent: what the check is about. */
  readonly subject?: string;
  /** Cause, in one sentence. */
  readonly cause: string;
  /** One next step for the operator. */
  readonly nextStep: string;
}

/** Outcome of a check. */
export type Outcome =
  /** No defect; `facts` are worth reading all the same. */
  | { readonly kind: 'passed'; readonly facts: string }
  | { readonly kind: 'failed'; readonly findings: readonly Finding[] }
  /** It does not apply here. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** It applies, and could not be decided. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** One check of `lustre-csi doctor`. */
export interface Check<Context> {
  /** Stable id: `LCSI-N001`. Ids are never used for another check. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Subject of the examination, and the reason for it: Markdown, for the reference page. */
  readonly about: string;
  /** Limit in milliseconds, if it is not the usual one. */
  readonly limitMs?: number;
  /** Examines. An error that it throws counts as `unknown`. */
  run(context: Context, signal: AbortSignal): Promise<Outcome>;
}

export const passed = (facts: string): Outcome => ({ kind: 'passed', facts });
export const skipped = (reason: string): Outcome => ({ kind: 'skipped', reason });
export const unknown = (reason: string): Outcome => ({ kind: 'unknown', reason });

/** Outcome of a check with these findings; passed where there is none. */
export const outcomeOf = (findings: readonly Finding[], facts: string): Outcome =>
  findings.length === 0 ? passed(facts) : { kind: 'failed', findings };

/** Failure with a single finding. */
export const failed = (cause: string, nextStep: string, subject?: string): Outcome => ({
  kind: 'failed',
  findings: [{ cause, nextStep, ...(subject === undefined ? {} : { subject }) }],
});
