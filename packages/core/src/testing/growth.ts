import { performance } from 'node:perf_hooks';

/** Size of the smaller input: quadratic work on it takes milliseconds, linear work much less. */
const SIZE = 5_000;
/** Repetitions of a measurement within the budget; the fastest counts, since other processes only add time. */
const REPETITIONS = 5;
const BUDGET_MS = 100;
/** A measurement is repeated while it shows more than linear growth: a busy machine can cause that, too. */
const ATTEMPTS = 3;
const MOST_LINEAR = 3;
/** Work on the larger input that is shorter is not quadratic. */
const NOISE_MS = 4;

/**
 * Measures how the time of a reader grows when its input doubles: about 2 for linear work, 4 for quadratic; 1 where both
 * are too short to be measured. Refusals count as work.
 * @param textOf builds the text of a size
 */
export function growthOf(read: (text: string) => unknown, textOf: (size: number) => string): number {
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && least >= MOST_LINEAR; attempt += 1) {
    const large = fastest(read, textOf(2 * SIZE));
    if (large < NOISE_MS) return 1;
    least = Math.min(least, large / fastest(read, textOf(SIZE)));
  }
  return least;
}

function fastest(read: (text: string) => unknown, text: string): number {
  let least = Infinity;
  const begin = performance.now();
  for (let done = 0; done < REPETITIONS && performance.now() - begin < BUDGET_MS; done += 1) {
    const start = performance.now();
    try {
      read(text);
    } catch {
      // A refusal is a result, too.
    }
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
