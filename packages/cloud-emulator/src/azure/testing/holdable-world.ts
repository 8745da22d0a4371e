import { World } from '../../world/world.js';

/** World whose time can stand still: a test inspects work under way without a race. */
export class HoldableWorld extends World {
  #held: (() => void)[] | undefined;

  /** Holds every effect back from now on, until {@link release}. */
  hold(): void {
    this.#held = [];
  }

  /** Ends all held work at once. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const happen of held) happen();
  }

  /** Ends the work that was held back first, and holds the rest. */
  releaseNext(): void {
    this.#held?.shift()?.();
  }

  override after(seconds: number, happen: () => void): () => void {
    const held = this.#held;
    if (!held) return super.after(seconds, happen);
    held.push(happen);
    return () => {
      const index = held.indexOf(happen);
      if (index >= 0) held.splice(index, 1);
    };
  }
}
