import type { CheckScope } from './check-scope.js';

/** Requirement of a check that not every machine meets. */
export type Need = 'kernel client' | 'lfs' | 'lctl' | 'host name' | 'unreachable' | 'freeze' | 'ssh';

/** One statement about the driver, with all that is needed to find it wrong. */
export interface Check<Bench> {
  /** AREA.NAME, stable. */
  readonly id: string;
  /** Statement that the check confirms. */
  readonly statement: string;
  /** Time limit, without the clean-up. Seconds. */
  readonly seconds: number;
  readonly needs?: readonly Need[];
  /** @throws CheckFailure, SkipCheck, or any other error, which is a failure too */
  readonly run: (scope: CheckScope, bench: Bench) => Promise<void>;
}

export type Verdict = 'pass' | 'fail' | 'skip';

export interface CheckResult {
  readonly id: string;
  readonly statement: string;
  readonly verdict: Verdict;
  readonly seconds: number;
  /** Reason of a failure or a skip; findings of a check that passed. */
  readonly detail: string;
}
