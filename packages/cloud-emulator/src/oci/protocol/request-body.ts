import { OciError, invalidParameter, missingParameter } from './oci-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A request body that must be a JSON object. @throws OciError 400 CannotParseRequest */
export function parseBody(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw new OciError(400, 'CannotParseRequest', 'Incorrectly formatted request.');
}

/** Reads the members of one object of a request body. Null counts as absent, as in the SDKs. */
export class BodyReader {
  constructor(
    private readonly object: JsonObject,
    private readonly path = '',
  ) {}

  has(name: string): boolean {
    return this.object[name] !== undefined && this.object[name] !== null;
  }

  required(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw missingParameter(this.#pathOf(name));
    return value;
  }

  string(name: string): string | undefined {
    return this.#typed(name, 'a string', (value): value is string => typeof value === 'string');
  }

  integer(name: string): number | undefined {
    return this.#typed(name, 'an integer', (value): value is number => Number.isSafeInteger(value));
  }

  strings(name: string): readonly string[] | undefined {
    return this.#typed(
      name,
      'a list of strings',
      (value): value is readonly string[] =>
        Array.isArray(value) && value.every((item) => typeof item === 'string'),
    );
  }

  child(name: string): BodyReader | undefined {
    const value = this.value(name);
    return value && new BodyReader(value, this.#pathOf(name));
  }

  /** The member as it was sent. */
  value(name: string): JsonObject | undefined {
    return this.#typed(name, 'an object', isObject);
  }

  #typed<T>(name: string, expected: string, is: (value: unknown) => value is T): T | undefined {
    if (!this.has(name)) return undefined;
    const value = this.object[name];
    if (is(value)) return value;
    throw invalidParameter(`${this.#pathOf(name)} must be ${expected}`);
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}
