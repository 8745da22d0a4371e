import { DriverError, messageOf } from '../errors/driver-error.js';
import { publishSettingKeys } from '../model/publish-settings.js';
import { throwFaults, type FoundFaults } from './faults.js';
import { hintFor, nearestTo, type ForeignParameters } from './foreign-parameters.js';

/** One StorageClass (or VolumeAttributesClass) parameter: its reading, and its documentation for users. */
export interface Parameter<T> {
  /** Effect of the parameter; Markdown, for the reference page. */
  readonly description: string;
  /** A legal value, as it stands in a StorageClass. */
  readonly example: string;
  /** Value that applies if the parameter is absent, in words; absent: none. */
  readonly defaultsTo?: string;
  /** Other spellings that are accepted. */
  readonly aliases?: readonly string[];
  /** The legal values, in words, for error messages and the reference page. */
  readonly legal: string;
  /** Reads the string in the StorageClass as the value that the provider works with.
   *  @throws Error; its message is the reason, empty where `legal` says it all */
  readonly read: (value: string) => T;
  /** True if the messages of `read` quote the part that is wrong, so that they need not repeat the whole value. */
  readonly quotesFault?: true;
  /** JSON Schema (draft 2020-12) of that string, without description and examples. */
  readonly stringSchema: Readonly<Record<string, unknown>>;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values that a schema reads: each parameter that was given. */
export type ParameterValues<P extends Parameters> = {
  readonly [Name in keyof P]?: P[Name] extends Parameter<infer T> ? T : never;
};

type Wording = Pick<Parameter<unknown>, 'description' | 'example' | 'defaultsTo' | 'aliases'>;

/** Any text that matches a pattern. `legal` says in words what the pattern means. */
function text(wording: Wording & { readonly pattern?: RegExp; readonly legal: string }): Parameter<string> {
  const { pattern, ...rest } = wording;
  return {
    ...rest,
    stringSchema: { type: 'string', minLength: 1, ...(pattern ? { pattern: pattern.source } : {}) },
    read: (value) => (value !== '' && (pattern?.test(value) ?? true) ? value : refuse()),
  };
}

/** One of a fixed set of words, in exactly their spelling. */
function oneOf<const W extends string>(
  wording: Wording & { readonly values: readonly [W, ...W[]] },
): Parameter<W> {
  const { values, ...rest } = wording;
  return {
    ...rest,
    legal: values.join(', '),
    stringSchema: { type: 'string', enum: values },
    read: (value) => values.find((word) => word === value) ?? refuse(),
  };
}

/** A whole number. */
function integer(wording: Wording & { readonly min: number; readonly max: number }): Parameter<number> {
  const { min, max, ...rest } = wording;
  return {
    ...rest,
    legal: `a whole number from ${min} to ${max}`,
    stringSchema: { type: 'string', pattern: DIGITS.source },
    read: (value) => {
      const number = DIGITS.test(value) ? Number(value) : NaN;
      return number >= min && number <= max ? number : refuse();
    },
  };
}

const DIGITS = /^[0-9]+$/;

/** `true` or `false`, in any case. */
function flag(wording: Wording): Parameter<boolean> {
  return {
    ...wording,
    legal: 'true or false',
    stringSchema: { type: 'string', pattern: TRUE_OR_FALSE.source },
    read: (value) => (TRUE_OR_FALSE.test(value) ? value.toLowerCase() === 'true' : refuse()),
  };
}

const TRUE_OR_FALSE = /^(true|false)$/i;

/** A comma-separated list, each item matching a pattern; empty items are dropped. */
function list(
  wording: Wording & { readonly item: RegExp; readonly legal: string },
): Parameter<readonly string[]> {
  const { item: pattern, ...rest } = wording;
  return {
    ...rest,
    quotesFault: true,
    stringSchema: { type: 'string' },
    read: (value) => {
      const items = value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
      const wrong = items.filter((item) => !pattern.test(item));
      if (items.length === 0 || (wrong.length > 0 && items.length === 1)) refuse();
      if (wrong.length > 0) throw new Error(`illegal: ${wrong.map(quoted).join(', ')}`);
      return items;
    },
  };
}

/** Text that a function of the provider reads; the message of an Error that it throws is shown to the user. */
function parsed<T>(wording: Wording & Pick<Parameter<T>, 'legal' | 'quotesFault' | 'read'>): Parameter<T> {
  return { ...wording, stringSchema: { type: 'string' } };
}

/** Refuses a value for no other reason than `legal`. */
function refuse(): never {
  throw new Error();
}

/** Values that could be read, and all faults. */
export interface ParameterReading<P extends Parameters> extends FoundFaults {
  readonly values: ParameterValues<P>;
}

/** Parameters that a driver accepts: reads them, and reports errors in them. */
export class ParameterSchema<P extends Parameters = Parameters> {
  readonly #names = new Map<string, string>();

  constructor(
    private readonly driverName: string,
    readonly parameters: P,
    private readonly options: {
      readonly caseInsensitive?: boolean;
      /** True if "-" and "_" in names mean nothing. */
      readonly ignoresSeparators?: boolean;
      readonly foreign?: ForeignParameters;
    } = {},
  ) {
    for (const [name, parameter] of Object.entries(parameters)) {
      for (const spelling of [name, ...(parameter.aliases ?? [])])
        this.#names.set(this.#fold(spelling), name);
    }
  }

  /** Reads the parameters of a request. An empty value means that the parameter is not given.
   *  @throws DriverError invalid-argument naming all that is wrong: parameters with their legal values, and unknown ones
   *    with the nearest known one or the right place of the setting */
  read(given: Readonly<Record<string, string>>): ParameterValues<P> {
    const { values, faults } = this.inspect(given);
    throwFaults(faults);
    return values;
  }

  /** Reads what can be read, with all faults: for callers that check more before they refuse. */
  inspect(given: Readonly<Record<string, string>>): ParameterReading<P> {
    const values = new Map<string, unknown>();
    const spelled = new Map<string, string>();
    const faults: string[] = [];
    const doubtful = new Set<string>();
    for (const [spelling, value] of Object.entries(given)) {
      try {
        this.#readOne(spelling, value, spelled, values);
      } catch (error) {
        faults.push(messageOf(error));
        const meant = this.#names.get(this.#fold(spelling)) ?? this.#nearest(spelling);
        if (meant !== undefined) doubtful.add(meant);
      }
    }
    return { values: Object.fromEntries(values) as ParameterValues<P>, faults, doubtful };
  }

  /** JSON Schema (draft 2020-12) of the parameters of a StorageClass as they are written: every value is a string.
   *  Rules that only reading can check (ranges, lists) are stated in `description`. Includes the parameters that core
   *  reads of every volume. */
  jsonSchema(): {
    readonly properties: Readonly<Record<string, object>>;
    readonly patternProperties: Readonly<Record<string, object>>;
  } & Readonly<Record<string, unknown>> {
    const properties = Object.entries(this.parameters).flatMap(([name, parameter]) =>
      [name, ...(parameter.aliases ?? [])].map((spelling) => [spelling, jsonSchemaOf(parameter)] as const),
    );
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `Parameters of ${this.driverName}`,
      type: 'object',
      properties: { ...ofEveryVolume, ...Object.fromEntries(properties) },
      patternProperties: { '^csi\\.storage\\.k8s\\.io/': { type: 'string' } },
      additionalProperties: false,
    };
  }

  #readOne(
    spelling: string,
    value: string,
    spelled: Map<string, string>,
    values: Map<string, unknown>,
  ): void {
    const name = this.#names.get(this.#fold(spelling));
    if (name === undefined) throw this.#unknown(spelling);
    if (value === '') return;
    const other = spelled.get(name);
    if (other !== undefined) {
      throw invalid(`parameters "${other}" and "${spelling}" mean the same: give one of them`);
    }
    spelled.set(name, spelling);
    values.set(name, this.#value(name, spelling, value));
  }

  #value(name: string, spelling: string, value: string): unknown {
    const parameter = this.parameters[name] as Parameter<unknown>;
    try {
      return parameter.read(value);
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== '' && parameter.quotesFault) {
        throw invalid(`parameter "${spelling}": ${reason}; legal: ${parameter.legal}`);
      }
      const why = reason === '' ? '' : ` (${reason})`;
      throw invalid(`parameter "${spelling}" is ${quoted(value)}${why}; legal: ${parameter.legal}`);
    }
  }

  #unknown(spelling: string): DriverError {
    const hint = hintFor(spelling, this.#known(), this.options.foreign);
    return invalid(
      `${this.driverName} knows no parameter ${quoted(spelling)}${hint === undefined ? '' : `; ${hint}`}`,
    );
  }

  /** Name of the parameter that a misspelled one probably means. */
  #nearest(spelling: string): string | undefined {
    const nearest = nearestTo(spelling, this.#known());
    return nearest === undefined ? undefined : this.#names.get(this.#fold(nearest));
  }

  #known(): readonly string[] {
    return [...this.#names.keys()].map((name) => this.#original(name));
  }

  #original(folded: string): string {
    const name = this.#names.get(folded) ?? folded;
    return this.#fold(name) === folded ? name : folded;
  }

  #fold(spelling: string): string {
    const { caseInsensitive, ignoresSeparators } = this.options;
    const joined = ignoresSeparators ? spelling.replace(/[-_]/g, '') : spelling;
    return caseInsensitive ? joined.toLowerCase() : joined;
  }
}

/** Longest text of a user that a message repeats. */
const MAX_QUOTED = 200;

const quoted = (text: string): string =>
  text.length > MAX_QUOTED ? `"${text.slice(0, MAX_QUOTED)}…"` : `"${text}"`;

/** Settings that nodes read of any volume (`publishSettingKeys`): docs/reference/volume-settings.md. */
const ofEveryVolume: Readonly<Record<string, object>> = {
  [publishSettingKeys.sharing]: { type: 'string', enum: ['node', 'pod'] },
  [publishSettingKeys.create]: { type: 'string', enum: ['true', 'false'] },
  [publishSettingKeys.mode]: { type: 'string', examples: ['0775'] },
  [publishSettingKeys.uid]: { type: 'string', examples: ['1000'] },
  [publishSettingKeys.gid]: { type: 'string', examples: ['1000'] },
  [publishSettingKeys.tuning]: { type: 'string', examples: ['llite.*.max_cached_mb=1024'] },
};

function jsonSchemaOf({ description, example, defaultsTo, legal, stringSchema }: Parameter<unknown>): object {
  const byDefault = defaultsTo === undefined ? '' : ` Default: ${defaultsTo}.`;
  return {
    description: `${description} Legal: ${legal}.${byDefault}`,
    ...stringSchema,
    examples: [example],
  };
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);

/** Builders of parameters, one for each form of value. */
export const parameter = { string: text, oneOf, integer, boolean: flag, list, parsed } as const;
