import { AwsError, badRequest } from './aws-error.js';

/** Rules of a service model for one member of a request. `values` are the members of an enum. */
export type Shape = StringShape | IntegerShape | BooleanShape | ListShape | StructureShape;

export interface StringShape {
  readonly type: 'string';
  readonly values?: readonly string[];
  readonly pattern?: RegExp;
  /** Fewest and most characters. */
  readonly length?: readonly [number, number];
}

export interface IntegerShape {
  readonly type: 'integer';
  readonly range?: readonly [number, number];
}

export interface BooleanShape {
  readonly type: 'boolean';
}

export interface ListShape {
  readonly type: 'list';
  readonly of: Shape;
  /** Fewest and most items. */
  readonly size?: readonly [number, number];
}

export interface StructureShape {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** The TypeScript type of the values that a shape accepts. */
export type ValueOf<S> = S extends { values: readonly (infer Value)[] }
  ? Value
  : S extends { type: 'string' }
    ? string
    : S extends { type: 'integer' }
      ? number
      : S extends { type: 'boolean' }
        ? boolean
        : S extends { type: 'list'; of: infer Item }
          ? readonly ValueOf<Item>[]
          : S extends { type: 'structure'; members: infer Members }
            ? StructureOf<Members, RequiredOf<S>>
            : never;

type RequiredOf<S> = S extends { required: readonly (infer Name)[] } ? Name : never;

type StructureOf<Members, Required> = {
  readonly [Name in keyof Members as Name extends Required ? Name : never]: ValueOf<Members[Name]>;
} & {
  readonly [Name in keyof Members as Name extends Required ? never : Name]?:
    ValueOf<Members[Name]> | undefined;
};

/**
 * Checks the types of a request and the constraints of the service model. Members that the model does not know are
 * ignored, as AWS does; null counts as absent. Throws SerializationException where a value has another JSON type,
 * and BadRequest with AWS's "N validation errors detected" text for everything else.
 */
export function parseRequest<const S extends StructureShape>(shape: S, body: unknown): ValueOf<S> {
  const broken: string[] = [];
  const request = body ?? {};
  check(request, shape, '', broken);
  if (broken.length > 0) {
    const count = broken.length === 1 ? '1 validation error' : `${broken.length} validation errors`;
    throw badRequest(`${count} detected: ${broken.join('; ')}`);
  }
  return request as ValueOf<S>;
}

function check(value: unknown, shape: Shape, path: string, broken: string[]): void {
  const complain = (constraint: string): void => {
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    broken.push(`Value '${shown}' at '${path}' failed to satisfy constraint: Member must ${constraint}`);
  };
  switch (shape.type) {
    case 'string':
      return checkString(typed<string>(value, 'string', 'a String'), shape, complain);
    case 'integer':
      return checkBounds(integer(value), shape.range, 'value', complain);
    case 'boolean':
      typed(value, 'boolean', 'a Boolean');
      return;
    case 'list':
      return checkList(value, shape, path, broken, complain);
    case 'structure':
      return checkStructure(value, shape, path, broken);
  }
}

function checkString(value: string, shape: StringShape, complain: (constraint: string) => void): void {
  if (shape.values && !shape.values.includes(value))
    complain(`satisfy enum value set: [${shape.values.join(', ')}]`);
  checkBounds([...value].length, shape.length, 'length', complain);
  if (shape.pattern && !shape.pattern.test(value))
    complain(`satisfy regular expression pattern: ${shape.pattern.source}`);
}

function checkBounds(
  size: number,
  bounds: readonly [number, number] | undefined,
  what: string,
  complain: (constraint: string) => void,
): void {
  if (!bounds) return;
  if (size < bounds[0]) complain(`have ${what} greater than or equal to ${bounds[0]}`);
  if (size > bounds[1]) complain(`have ${what} less than or equal to ${bounds[1]}`);
}

function checkList(
  value: unknown,
  shape: ListShape,
  path: string,
  broken: string[],
  complain: (constraint: string) => void,
): void {
  if (!Array.isArray(value)) throw unserializable(value, 'a List');
  checkBounds(value.length, shape.size, 'length', complain);
  value.forEach((item, index) => check(item, shape.of, `${path}.${index + 1}.member`, broken));
}

function checkStructure(value: unknown, shape: StructureShape, path: string, broken: string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unserializable(value, 'a Structure');
  const members = value as Record<string, unknown>;
  for (const [name, memberShape] of Object.entries(shape.members)) {
    const memberPath = memberPathOf(path, name);
    if (members[name] === null) delete members[name];
    if (members[name] !== undefined) check(members[name], memberShape, memberPath, broken);
    else if (shape.required?.includes(name)) broken.push(missingMember(memberPath));
  }
}

/** AWS's words for a member that is required and absent. `path` is written as `lustreConfiguration.logLevel`. */
export const missingMember = (path: string): string =>
  `Value null at '${path}' failed to satisfy constraint: Member must not be null`;

const memberPathOf = (path: string, name: string): string => {
  const own = name.charAt(0).toLowerCase() + name.slice(1);
  return path === '' ? own : `${path}.${own}`;
};

function typed<T>(value: unknown, type: 'string' | 'boolean', wanted: string): T {
  if (typeof value !== type) throw unserializable(value, wanted);
  return value as T;
}

function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw unserializable(value, 'an Integer');
  return value;
}

function unserializable(value: unknown, wanted: string): AwsError {
  const found =
    value === null
      ? 'NULL_VALUE'
      : Array.isArray(value)
        ? 'START_ARRAY'
        : typeof value === 'object'
          ? 'START_OBJECT'
          : typeof value === 'boolean'
            ? `${String(value).toUpperCase()}_VALUE`
            : `${typeof value}_VALUE`.toUpperCase();
  return new AwsError('SerializationException', `${found} can not be converted to ${wanted}`);
}
