/** Longest text of a log line, in characters: that of an error, and that of any other field. */
const MAX_MESSAGE = 3_000;
const MAX_TEXT = 512;
/** Most characters of all fields together, and most entries of one list or object. */
const MAX_TOTAL = 8_192;
const MAX_ENTRIES = 64;
const MAX_DEPTH = 8;

/** Shortens a message for the log, and reports its length. */
export const boundedText = (text: string, limit = MAX_MESSAGE): string =>
  text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters in all)`;

/**
 * Copies the fields of a log line, shortened so that no request and no error fills the log: it is written synchronously.
 * Errors become their type, message and stack; 64-bit numbers become text.
 */
export function boundedFields(fields: object): Record<string, unknown> {
  return new Shortening().object(fields, 0);
}

class Shortening {
  #left = MAX_TOTAL;

  object(value: object, depth: number): Record<string, unknown> {
    const entries = Object.entries(value);
    const kept = entries
      .slice(0, MAX_ENTRIES)
      .map(([key, part]) => [this.#text(key), this.#value(part, depth + 1)] as const);
    const more = entries.length - kept.length;
    return Object.fromEntries(more > 0 ? [...kept, ['…', `${more} more`]] : kept);
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'bigint') return this.#text(value.toString());
    if (typeof value !== 'object' || value === null) return value;
    if (this.#left <= 0 || depth > MAX_DEPTH) return '…';
    if (value instanceof Error) return this.#error(value, depth);
    if (Array.isArray(value)) return this.#list(value, depth);
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return this.#value(toJSON.call(value), depth + 1);
    return this.object(value, depth);
  }

  #list(list: readonly unknown[], depth: number): readonly unknown[] {
    const kept = list.slice(0, MAX_ENTRIES).map((part) => this.#value(part, depth + 1));
    return list.length > kept.length ? [...kept, `… ${list.length - kept.length} more`] : kept;
  }

  #error(error: Error, depth: number): Record<string, unknown> {
    const { name, message, stack, cause } = error;
    return {
      type: this.#text(name),
      message: this.#text(message, MAX_MESSAGE),
      stack: this.#text(stack ?? '', MAX_MESSAGE),
      ...(cause === undefined ? {} : { cause: this.#value(cause, depth + 1) }),
    };
  }

  #text(text: string, limit = MAX_TEXT): string {
    const shown = boundedText(text, Math.min(limit, Math.max(0, this.#left)));
    this.#left -= Math.min(text.length, limit);
    return shown;
  }
}
