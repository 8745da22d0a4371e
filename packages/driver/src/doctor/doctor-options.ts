import { ConfigurationError, type Settings } from '@lustre-csi/core';
import type { Severity } from './check.js';
import type { Selection } from './run-checks.js';

/** Options of a report. */
export interface ReportOptions {
  readonly output: 'text' | 'json';
  readonly failOn: Severity;
}

/** Value of a flag that has fixed words. @throws ConfigurationError */
function word<W extends string>(settings: Settings, name: string, words: readonly W[]): W {
  const given = settings.flag(name) ?? '';
  const found = words.find((each) => each === given);
  if (found !== undefined) return found;
  throw new ConfigurationError(`--${name} is "${given}": write ${words.join(' or ')}`);
}

/** Reads the options of a report. @throws ConfigurationError naming the flag */
export const reportOptions = (settings: Settings): ReportOptions => ({
  output: word(settings, 'output', ['text', 'json']),
  failOn: word(settings, 'fail-on', ['error', 'warning']),
});

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** Reads `--only` and `--skip`.
 *  @param known ids of all checks
 *  @throws ConfigurationError naming an id that no check has */
export function selectionOf(settings: Settings, known: readonly string[]): Selection {
  const [only, skip] = [listOf(settings.flag('only')), listOf(settings.flag('skip'))];
  const wrong = [...only, ...skip].find((each) => !known.some((id) => id.startsWith(each.toUpperCase())));
  if (wrong === undefined) return { only, skip };
  throw new ConfigurationError(`no check has the id "${wrong}": docs/reference/doctor-checks.md lists them`);
}

const units: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Reads `--wait`, in milliseconds. @throws ConfigurationError */
export function waitMsOf(settings: Settings): number {
  const text = settings.flag('wait') ?? '0s';
  const [, count, unit = ''] = /^(\d{1,4})([smh])$/.exec(text) ?? [];
  const factor = units.get(unit);
  if (count !== undefined && factor !== undefined) return Number(count) * factor;
  throw new ConfigurationError(`--wait is "${text}": write a number with s, m or h, such as 90s or 5m`);
}
