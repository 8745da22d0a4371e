import { invalidArgument } from './google-error.js';

/** Time for which a requestId is honoured, in milliseconds. */
const MEMORY_MS = 60 * 60 * 1000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NIL = '00000000-0000-0000-0000-000000000000';

interface Remembered<T> {
  readonly request: string;
  readonly result: T;
  readonly at: number;
}

/** Results of changes by their requestId: the same request again gets the same result. */
export class RequestIds<T> {
  readonly #known = new Map<string, Remembered<T>>();

  constructor(private readonly now: () => number) {}

  /** Runs the change, or returns the result of the same one before.
   *  @param request text that differs for different requests
   *  @throws GoogleError INVALID_ARGUMENT for an id that is no UUID, or that another request had */
  run(id: string | null, request: string, change: () => T): T {
    if (id === null || id === '') return change();
    if (!UUID.test(id) || id === NIL) throw invalidArgument(`Invalid value for field "requestId": "${id}"`);
    const known = this.#known.get(id);
    if (known && this.now() - known.at < MEMORY_MS) {
      if (known.request === request) return known.result;
      throw invalidArgument(`The requestId "${id}" was used for another request`);
    }
    const result = change();
    this.#known.set(id, { request, result, at: this.now() });
    return result;
  }
}
