/** Work that ends before its usual time is noticed a twelfth of its duration later at most. */
const LOOKS_PER_AGE = 12;

/** Milliseconds until the next look at work that usually takes `typicalDurations` and began `ageSeconds` ago: quick at
 *  first, when refusals show; then rarer, in proportion to the time that it has taken; dense again near the usual end; and
 *  patient with work that takes far longer than it should. */
export function pollDelay(ageSeconds: number, typicalDurations: number): number {
  if (ageSeconds < 2) return 500;
  if (ageSeconds < 10) return 1_000;
  if (ageSeconds < 30) return 3_000;
  const progress = ageSeconds / typicalDurations;
  if (progress < 0.5) return Math.min(15_000, Math.round((ageSeconds * 1000) / LOOKS_PER_AGE));
  if (progress < 1.5) return 5_000;
  return 20_000;
}
