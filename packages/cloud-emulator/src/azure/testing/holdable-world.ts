import { World } from '../../world/world.js';

/** A world whose time can stand still: a test looks at what is under way without racing against it. */
export class HoldableWorld extends World {
  #held: (() => void)[] | undefined;

  /** From now on nothing ends before {@link release}. */
  hold(): void {
    this.#held = [];
  }

  /** Ends at once what was held back. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const happen of held) happen();
  }

  /** Ends what was held back first, and holds the rest. */
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
