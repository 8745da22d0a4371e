/** Rule for a field of a posted JSON object. */
export interface FieldRule {
  /** Requirement on the field, as the end of a sentence. */
  readonly must: string;
  readonly accepts: (value: unknown) => boolean;
}

export const oneOf = (...words: readonly string[]): FieldRule => ({
  must: `one of ${words.join(', ')}`,
  accepts: (value) => typeof value === 'string' && words.includes(value),
});
export const text: FieldRule = {
  must: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
export const integer = (least: number, most = Number.MAX_SAFE_INTEGER): FieldRule => ({
  must: most === Number.MAX_SAFE_INTEGER ? `an integer from ${least}` : `an integer from ${least} to ${most}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});
export const seconds: FieldRule = {
  must: 'a number of seconds from 0',
  accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
};

/** Rules of all fields of an object with a `kind`. */
export interface ObjectRules {
  /** Name of the object, with its article, for messages. */
  readonly noun: string;
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, FieldRule>>;
}

/** Checks a posted object, or a list of them. One bad object refuses the whole list. */
export function parsePosted<T>(
  body: unknown,
  rules: ObjectRules,
): { readonly items: readonly T[] } | { readonly error: string } {
  const posted: readonly unknown[] = Array.isArray(body) ? body : [body];
  for (const [index, value] of posted.entries()) {
    const error = objectError(value, rules);
    if (error !== undefined) return { error: Array.isArray(body) ? `fault ${index}: ${error}` : error };
  }
  return { items: posted as readonly T[] };
}

function objectError(value: unknown, { noun, required, fields }: ObjectRules): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const parts = required.length === 0 ? '' : ` with at least a ${required.join(' and a ')}`;
    return `${noun} must be a JSON object${parts}`;
  }
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `${missing} is missing; it must be ${fields[missing]?.must ?? 'there'}`;
  return Object.entries(value)
    .map(([name, given]) => fieldError(name, given, { noun, fields }))
    .find((error) => error !== undefined);
}

function fieldError(
  name: string,
  given: unknown,
  { noun, fields }: Pick<ObjectRules, 'noun' | 'fields'>,
): string | undefined {
  const rule = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!rule) return `${name} is not a field of ${noun}; the fields are ${Object.keys(fields).join(', ')}`;
  return rule.accepts(given) ? undefined : `${name} must be ${rule.must}, not ${JSON.stringify(given)}`;
}
