import { invalidContent, invalidParameter } from './arm-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A request body that must be a JSON object. @throws ArmError 400 InvalidRequestContent */
export function parseJsonObject(text: string | undefined): JsonObject {
  const value = parse(text ?? '');
  if (!isObject(value)) throw invalidContent('a JSON object was expected');
  return value;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalidContent(error instanceof Error ? error.message : String(error));
  }
};

/** Reads the members of one object of a request body; errors carry the whole path of the member. */
export class JsonReader {
  constructor(
    private readonly object: JsonObject,
    private readonly path = '',
  ) {}

  has(name: string): boolean {
    return this.object[name] !== undefined && this.object[name] !== null;
  }

  requiredString(name: string): string {
    const value = this.string(name);
    if (value === undefined || value === '') throw this.#missing(name);
    return value;
  }

  string(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.object[name];
    if (typeof value !== 'string') throw this.#wrongType(name, 'a string');
    return value;
  }

  boolean(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.object[name];
    if (typeof value !== 'boolean') throw this.#wrongType(name, 'true or false');
    return value;
  }

  requiredNumber(name: string): number {
    if (!this.has(name)) throw this.#missing(name);
    const value = this.object[name];
    if (typeof value !== 'number') throw this.#wrongType(name, 'a number');
    return value;
  }

  requiredObject(name: string): JsonReader {
    if (!this.has(name)) throw this.#missing(name);
    return this.child(name);
  }

  /** The member, or an empty object where it is absent. */
  child(name: string): JsonReader {
    return new JsonReader(this.value(name) ?? {}, this.pathOf(name));
  }

  /** The member as it was sent. */
  value(name: string): JsonObject | undefined {
    if (!this.has(name)) return undefined;
    const value = this.object[name];
    if (!isObject(value)) throw this.#wrongType(name, 'an object');
    return value;
  }

  strings(name: string): readonly string[] {
    if (!this.has(name)) return [];
    const value = this.object[name];
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      throw this.#wrongType(name, 'a list of strings');
    }
    return value;
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  #missing(name: string): Error {
    return invalidParameter(this.pathOf(name), `Required property '${this.pathOf(name)}' is missing.`);
  }

  #wrongType(name: string, expected: string): Error {
    return invalidContent(`'${this.pathOf(name)}' must be ${expected}`);
  }
}
