import { messageOf } from '@lustre-csi/core';
import { within } from './time-limit.js';

/** Time that each step of the clean-up gets. Seconds. */
const UNDO_SECONDS = 150;

interface Undo {
  readonly what: string;
  readonly run: () => Promise<unknown>;
}

/** One run of a check: its current step, its findings, and what it has to take back. */
export class CheckScope {
  readonly #undos: Undo[] = [];
  readonly #findings: string[] = [];
  #step = 'start';
  #names = 0;

  constructor(readonly checkId: string) {}

  /** Names the current step, for the message of a check that does not end. */
  step(text: string): void {
    this.#step = text;
  }

  get currentStep(): string {
    return this.#step;
  }

  /** Adds a finding to the report that is no failure. */
  note(finding: string): void {
    this.#findings.push(finding);
  }

  get findings(): readonly string[] {
    return this.#findings;
  }

  /** A name that no other check uses. */
  uniqueName(kind: string): string {
    return `${kind}-${this.checkId.replaceAll('.', '-')}-${(this.#names += 1)}`;
  }

  /** Registers a step of the clean-up. Steps run in reverse order for every result of the check. */
  defer(what: string, run: () => Promise<unknown>): void {
    this.#undos.push({ what, run });
  }

  /** Cleans up. @returns what could not be taken back, with the reason */
  async close(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (let undo = this.#undos.pop(); undo; undo = this.#undos.pop()) {
      const { what, run } = undo;
      try {
        await within(run(), UNDO_SECONDS, () => new Error(`no end within ${UNDO_SECONDS} s`));
      } catch (error) {
        problems.push(`${what}: ${messageOf(error)}`);
      }
    }
    return problems;
  }
}
