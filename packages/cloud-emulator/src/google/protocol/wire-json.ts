import { invalidArgument } from './google-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Numbers of the enum values (google.cloud.lustre.v1), by the fields that have them. */
const enums: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    state: [
      ...[
        'STATE_UNSPECIFIED',
        'ACTIVE',
        'CREATING',
        'DELETING',
        'UPGRADING',
        'REPAIRING',
        'STOPPED',
        'UPDATING',
      ],
      'SUSPENDED',
    ],
    defaultSquashMode: ['SQUASH_MODE_UNSPECIFIED', 'NO_SQUASH', 'ROOT_SQUASH'],
    squashMode: ['SQUASH_MODE_UNSPECIFIED', 'NO_SQUASH', 'ROOT_SQUASH'],
    mode: ['MODE_UNSPECIFIED', 'DISABLED', 'DEFAULT_CACHE'],
    dayOfWeek: [
      ...[
        'DAY_OF_WEEK_UNSPECIFIED',
        'MONDAY',
        'TUESDAY',
        'WEDNESDAY',
        'THURSDAY',
        'FRIDAY',
        'SATURDAY',
        'SUNDAY',
      ],
    ],
  }),
);

/** Words that an enum field may have; undefined: the field is no enum. */
export const enumWords = (field: string): readonly string[] | undefined => enums.get(field);

/** Reports whether the caller requests enums as numbers, as Google's generated REST clients do. */
export const wantsNumbers = (query: URLSearchParams): boolean =>
  (query.get('$alt') ?? query.get('alt') ?? '').includes('enum-encoding=int');

/** Copy of an answer with numbers for enum values. */
export function withNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, child]) => {
      const index = typeof child === 'string' ? (enums.get(field)?.indexOf(child) ?? -1) : -1;
      return [field, index >= 0 ? index : withNumbers(child)];
    }),
  );
}

/** Copy of an object without the values that proto3 JSON leaves out: zero, empty and absent ones. */
export const withoutDefaults = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => !isDefault(value)));

function isDefault(value: unknown): boolean {
  if (value === undefined || value === '' || value === '0' || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Request body that must be a JSON object with known fields.
 *  @throws GoogleError INVALID_ARGUMENT in the words of Google's front end */
export function parseBody(text: string | undefined, fields: readonly string[]): JsonObject {
  const object = parsed(text ?? '');
  const unknown = Object.keys(object).find((name) => !fields.includes(name));
  if (unknown === undefined) return object;
  throw invalidArgument(
    `Invalid JSON payload received. Unknown name "${unknown}" at 'instance': Cannot find field.`,
  );
}

function parsed(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // The same answer as for another type.
  }
  throw invalidArgument('Invalid JSON payload received. Expected a JSON object.');
}

/** int64 of proto3 JSON: a string, or a number. */
export function int64(value: unknown, field: string): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw invalidArgument(`Invalid value at 'instance.${field}' (TYPE_INT64), ${JSON.stringify(value)}`);
}

export function string(value: unknown, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw invalidArgument(`Invalid value at 'instance.${field}' (TYPE_STRING), ${JSON.stringify(value)}`);
}

/** Enum of proto3 JSON: the word, or its number. */
export function enumValue(value: unknown, field: string): string {
  const words = enums.get(field) ?? [];
  const word = typeof value === 'number' ? words[value] : value;
  if (value === undefined || value === null) return '';
  if (typeof word === 'string' && words.includes(word)) return word;
  throw invalidArgument(`Invalid value at 'instance.${field}' (TYPE_ENUM), ${JSON.stringify(value)}`);
}
