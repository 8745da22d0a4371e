import { distance } from 'fastest-levenshtein';

/** Answers for keys that are no parameters, by lower-case name: the place where Kubernetes has the setting, or the parameter
 *  of this driver. */
export type ForeignParameters = ReadonlyMap<string, string>;

const size = 'the size belongs in the claim: spec.resources.requests.storage';
const classField = (name: string): string =>
  `it is a field of the StorageClass, beside "parameters": ${name}`;

/** Keys that users of any driver write among the parameters. */
const everywhere: ForeignParameters = new Map([
  ...[
    'size',
    'capacity',
    'storage',
    'storagecapacity',
    'storagesize',
    'storage-capacity',
    'storage-size',
  ].map((name) => [name, size] as const),
  ...['mountOptions', 'reclaimPolicy', 'volumeBindingMode', 'allowVolumeExpansion', 'allowedTopologies'].map(
    (name) => [name.toLowerCase(), classField(name)] as const,
  ),
  ['mountflags', classField('mountOptions')],
  ['accessmodes', 'access modes belong in the claim: spec.accessModes'],
]);

/** Longest spelling that is compared with the known names: the comparison takes quadratic time. */
const MAX_COMPARED = 64;

/** Finds the answer for an unknown key: the meaning of a well-known foreign one, or the known name if one is near. */
export function hintFor(
  spelling: string,
  known: readonly string[],
  foreign: ForeignParameters = new Map(),
): string | undefined {
  const folded = spelling.toLowerCase();
  const answer = foreign.get(folded) ?? everywhere.get(folded);
  if (answer !== undefined) return answer;
  const nearest = nearestTo(spelling, known);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

/** Finds the known name that a spelling is near to. */
export function nearestTo(spelling: string, known: readonly string[]): string | undefined {
  const folded = spelling.toLowerCase();
  if (folded.length > MAX_COMPARED) return undefined;
  const [nearest] = known
    .map((name) => ({ name, far: farness(folded, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.min(folded.length, name.length) / 2)
    .sort((a, b) => a.far - b.far);
  return nearest?.name;
}

/** A name that was cut short, or has something added, is nearer than any that is merely as long. */
function farness(spelling: string, name: string): number {
  const partOfOther =
    Math.min(spelling.length, name.length) > 3 && (name.includes(spelling) || spelling.includes(name));
  return distance(spelling, name) - (partOfOther ? spelling.length + name.length : 0);
}
