import type { Check } from './check.js';
import { UsageError, type SuiteOptions } from './options.js';

/** Checks that --only and --skip leave. A word stands for one id, or for all of an area ("quota").
 *  @throws UsageError for a word that stands for none */
export function chooseChecks<Bench>(
  checks: readonly Check<Bench>[],
  { only, skip }: Pick<SuiteOptions, 'only' | 'skip'>,
): readonly Check<Bench>[] {
  const fits = ({ id }: Check<Bench>, word: string): boolean => id === word || id.startsWith(`${word}.`);
  for (const [flag, words] of [
    ['--only', only],
    ['--skip', skip],
  ] as const) {
    const unknown = words.find((word) => !checks.some((check) => fits(check, word)));
    if (unknown !== undefined)
      throw new UsageError(`${flag}: there is no check "${unknown}": --list prints them`);
  }
  return checks.filter(
    (check) =>
      (only.length === 0 || only.some((word) => fits(check, word))) &&
      !skip.some((word) => fits(check, word)),
  );
}
