import { distance } from 'fastest-levenshtein';
import * as z from 'zod/mini';
import { DriverError } from '../errors/driver-error.js';
import { publishSettingKeys } from '../model/publish-settings.js';

/** One StorageClass (or VolumeAttributesClass) parameter: how it is read, and all that its users are told of it. */
export interface Parameter<T> {
  /** What it does; Markdown, for the reference page. */
  readonly description: string;
  /** A legal value, as it stands in a StorageClass. */
  readonly example: string;
  /** What applies when it is absent, in words; absent: nothing does. */
  readonly defaultsTo?: string;
  /** Other spellings that are accepted. */
  readonly aliases?: readonly string[];
  /** The legal values, in words, for error messages and the reference page. */
  readonly legal: string;
  /** From the string in the StorageClass to the value that the provider works with. */
  readonly schema: z.ZodMiniType<T, string>;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values that a schema reads: each parameter that was given. */
export type ParameterValues<P extends Parameters> = {
  readonly [Name in keyof P]?: P[Name] extends Parameter<infer T> ? T : never;
};

type Wording = Pick<Parameter<unknown>, 'description' | 'example' | 'defaultsTo' | 'aliases'>;

/** Any text that matches a pattern. `legal` says in words what the pattern means. */
export function text(
  wording: Wording & { readonly pattern?: RegExp; readonly legal: string },
): Parameter<string> {
  const schema = wording.pattern
    ? z.string().check(z.minLength(1), z.regex(wording.pattern))
    : z.string().check(z.minLength(1));
  return { ...wording, schema };
}

/** One of a fixed set of words, in exactly their spelling. */
export function oneOf<const W extends string>(
  wording: Wording & { readonly values: readonly [W, ...W[]] },
): Parameter<W> {
  return {
    ...wording,
    legal: wording.values.join(', '),
    schema: z.enum(wording.values),
  };
}

/** A whole number. */
export function integer(
  wording: Wording & { readonly min: number; readonly max: number },
): Parameter<number> {
  const schema = z.pipe(
    z.string().check(z.regex(/^[0-9]+$/)),
    z.pipe(
      z.transform((digits: string) => Number(digits)),
      z.number().check(z.gte(wording.min), z.lte(wording.max)),
    ),
  );
  return { ...wording, legal: `a whole number from ${wording.min} to ${wording.max}`, schema };
}

/** `true` or `false`, in any case. */
export function flag(wording: Wording): Parameter<boolean> {
  const schema = z.pipe(
    z.string().check(z.regex(/^(true|false)$/i)),
    z.transform((word: string) => word.toLowerCase() === 'true'),
  );
  return { ...wording, legal: 'true or false', schema };
}

/** A comma-separated list, each item matching a pattern; empty items are dropped. */
export function list(
  wording: Wording & { readonly item: RegExp; readonly legal: string },
): Parameter<readonly string[]> {
  const schema = z.pipe(
    z.pipe(
      z.string(),
      z.transform((line: string) =>
        line
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      ),
    ),
    z.array(z.string().check(z.regex(wording.item))).check(z.minLength(1)),
  );
  return { ...wording, schema };
}

/** Text that a function of the provider's reads; it throws an Error whose message says what is wrong. */
export function parsed<T>(
  wording: Wording & { readonly legal: string; readonly read: (value: string) => T },
): Parameter<T> {
  const schema = z.pipe(
    z.string(),
    z.transform((value: string, context): T => {
      try {
        return wording.read(value);
      } catch (error) {
        context.issues.push({ code: 'custom', message: (error as Error).message, input: value });
        return z.NEVER;
      }
    }),
  );
  return { ...wording, schema };
}

/** What a driver accepts as parameters: reads them, and knows how to say what is wrong with them. */
export class ParameterSchema<P extends Parameters = Parameters> {
  readonly #names = new Map<string, string>();

  constructor(
    private readonly driverName: string,
    readonly parameters: P,
    private readonly options: { readonly caseInsensitive?: boolean } = {},
  ) {
    for (const [name, parameter] of Object.entries(parameters)) {
      for (const spelling of [name, ...(parameter.aliases ?? [])])
        this.#names.set(this.#fold(spelling), name);
    }
  }

  /** Reads the parameters of a request.
   *  @throws DriverError invalid-argument, naming the parameter, its legal values, or the nearest known one */
  read(given: Readonly<Record<string, string>>): ParameterValues<P> {
    const values: Record<string, unknown> = {};
    const spelled: Record<string, string> = {};
    for (const [spelling, value] of Object.entries(given)) {
      const name = this.#names.get(this.#fold(spelling));
      if (name === undefined) throw this.#unknown(spelling);
      if (spelled[name] !== undefined) {
        throw invalid(`parameters "${spelled[name]}" and "${spelling}" mean the same: give one of them`);
      }
      spelled[name] = spelling;
      values[name] = this.#value(name, spelling, value);
    }
    return values as ParameterValues<P>;
  }

  /** JSON Schema (draft 2020-12) of the parameters of a StorageClass as they are written: every value is a string. What only
   *  reading can judge (ranges, lists) is told in `description`. Those that the core reads of every volume are in it. */
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

  #value(name: string, spelling: string, value: string): unknown {
    const parameter = this.parameters[name] as Parameter<unknown>;
    const outcome = z.safeParse(parameter.schema, value);
    if (outcome.success) return outcome.data;
    const custom = outcome.error.issues.find((issue) => issue.code === 'custom');
    const why = custom ? ` (${custom.message})` : '';
    throw invalid(`parameter "${spelling}" is "${value}"${why}; legal: ${parameter.legal}`);
  }

  #unknown(spelling: string): DriverError {
    const known = [...this.#names.keys()];
    const nearest = known
      .map((name) => ({ name, far: farness(spelling.toLowerCase(), name.toLowerCase()) }))
      .sort((a, b) => a.far - b.far)[0];
    const hint = nearest ? `; the nearest that it knows is "${this.#original(nearest.name)}"` : '';
    return invalid(`${this.driverName} knows no parameter "${spelling}"${hint}`);
  }

  #original(folded: string): string {
    const name = this.#names.get(folded) ?? folded;
    return this.#fold(name) === folded ? name : folded;
  }

  #fold(spelling: string): string {
    return this.options.caseInsensitive ? spelling.toLowerCase() : spelling;
  }
}

/** A name that was cut short, or has something added, is nearer than any that is merely as long. */
function farness(spelling: string, name: string): number {
  const partOfOther = spelling.length > 2 && (name.includes(spelling) || spelling.includes(name));
  return distance(spelling, name) - (partOfOther ? spelling.length + name.length : 0);
}

/** What nodes read of any volume (`publishSettingKeys`): docs/reference/volume-settings.md. */
const ofEveryVolume: Readonly<Record<string, object>> = {
  [publishSettingKeys.sharing]: { type: 'string', enum: ['node', 'pod'] },
  [publishSettingKeys.create]: { type: 'string', enum: ['true', 'false'] },
  [publishSettingKeys.mode]: { type: 'string', examples: ['0775'] },
  [publishSettingKeys.uid]: { type: 'string', examples: ['1000'] },
  [publishSettingKeys.gid]: { type: 'string', examples: ['1000'] },
  [publishSettingKeys.tuning]: { type: 'string', examples: ['llite.*.max_cached_mb=1024'] },
};

function jsonSchemaOf({ description, example, defaultsTo, legal, schema }: Parameter<unknown>): object {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  const byDefault = defaultsTo === undefined ? '' : ` Default: ${defaultsTo}.`;
  return { description: `${description} Legal: ${legal}.${byDefault}`, ...shape, examples: [example] };
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
