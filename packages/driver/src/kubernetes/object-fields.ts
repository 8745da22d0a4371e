/** Value at a path of an object of the API; undefined if it is absent. */
export function valueAt(object: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
    object,
  );
}

/** Text in an object of the API; undefined if it is absent, empty, or no text. */
export function textAt(object: unknown, ...path: readonly string[]): string | undefined {
  const value = valueAt(object, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** List in an object of the API; empty if it is absent, or no list. */
export function listAt(object: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(object, ...path);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Texts of an object in an object of the API, by name; empty if it is absent. */
export function textsAt(object: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const value = valueAt(object, ...path);
  if (typeof value !== 'object' || value === null) return {};
  const texts = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
