import type { Figures } from './figures.js';

/** Ratio of two figures: no absolute time, so that it is the same on every machine. */
export interface Ratio {
  readonly name: string;
  /** Meaning, for messages. */
  readonly about: string;
  readonly value: number;
}

export interface RatioRule {
  readonly name: string;
  readonly about: string;
  readonly of: (median: (key: string) => number) => number;
}

/** File of a baseline: ratio by name. */
export type Baseline = Readonly<Record<string, number>>;

/** Factor by which a ratio may exceed its baseline. Other work on the machine changes CPU times too, by a third or so: it takes the
 *  caches. */
export const TOLERANCE = 2;
/** Ratios below that are not compared: they are noise. */
const LEAST = 0.05;

/** Computes the ratios of a subject; those of absent figures are left out. */
export function ratiosOf(figures: Figures, subject: string, rules: readonly RatioRule[]): readonly Ratio[] {
  const median = (key: string): number =>
    figures.of(subject, key)?.median ?? figures.of('machine', key)?.median ?? Number.NaN;
  return rules
    .map(({ name, about, of }) => ({ name, about, value: of(median) }))
    .filter(({ value }) => Number.isFinite(value));
}

/** Compares ratios with the baseline.
 *  @returns a line for each that is exceeded or unknown */
export function excesses(ratios: readonly Ratio[], baseline: Baseline): readonly string[] {
  return ratios.flatMap(({ name, about, value }) => {
    const expected = baseline[name];
    if (expected === undefined) return [`${name} is not in the baseline: write it with --write-baseline`];
    const most = Math.max(expected, LEAST) * TOLERANCE;
    if (value <= most) return [];
    return [`${name} (${about}) is ${value.toFixed(2)}: more than ${TOLERANCE} times ${expected.toFixed(2)}`];
  });
}
