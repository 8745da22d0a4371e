import { readdirSync } from 'node:fs';
import { chartDirectory } from './chart.js';

const SUFFIX = '-values.yaml';

/** Files with values for common cases, by name: `aws-default`. */
export const valueSets: ReadonlyMap<string, string> = new Map(
  readdirSync(`${chartDirectory}/ci`)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => [file.slice(0, -SUFFIX.length), `${chartDirectory}/ci/${file}`]),
);

/** File of a set.
 *  @throws Error naming a set that does not exist */
export function valueSet(name: string): string {
  const file = valueSets.get(name);
  if (file === undefined) throw new Error(`there is no value set ${name}`);
  return file;
}
