import type { FlowBench } from './flow-bench.js';
import type { Ability } from './subjects.js';

/** Something that users do with volumes, from the claim to the deletion. */
export interface Flow {
  readonly title: string;
  /** Abilities that a subject needs for it; default: all subjects. */
  readonly needs?: readonly Ability[];
  /** Played also for the further subjects: from creation to deletion. */
  readonly isEssential?: boolean;
  readonly run: (bench: FlowBench) => Promise<void>;
}
