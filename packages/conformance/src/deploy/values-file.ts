import { parse } from 'yaml';

/** A value of the chart: a leaf, which has a default. */
export interface ChartValue {
  /** Keys from the root: `['controller', 'replicaCount']`. */
  readonly path: readonly string[];
  readonly default: unknown;
  readonly description: string;
  /** Additions to the JSON schema that follows from the default. */
  readonly schema: Readonly<Record<string, unknown>>;
}

const KEY = /^(?<indent> *)(?<key>[A-Za-z][\w-]*):(?<rest>.*)$/;

/** Reads the leaves of a values.yaml, with the comments above them. A key without a value on its line is a section.
 *  @throws Error naming a leaf without a description */
export function chartValues(yaml: string): readonly ChartValue[] {
  const tree = parse(yaml) as unknown;
  const lines = yaml.split('\n');
  const values: ChartValue[] = [];
  const path: string[] = [];
  let comments: string[] = [];
  for (const [index, line] of lines.entries()) {
    const { indent = '', key } = KEY.exec(line)?.groups ?? {};
    if (key !== undefined) {
      path.splice(indent.length / 2, path.length, key);
      if (!isSection(line, lines[index + 1])) values.push(leaf([...path], tree, comments));
    }
    comments = commentsAfter(line, comments);
  }
  return values;
}

const COMMENT = /^ *# ?(?<text>.*)$/;

/** Comments without another line below them, after one more line. */
function commentsAfter(line: string, comments: string[]): string[] {
  const text = COMMENT.exec(line)?.groups?.['text'];
  return text === undefined ? [] : [...comments, text];
}

/** Reports that the line opens a mapping in block style. A list in block style is a leaf. */
const isSection = (line: string, next = ''): boolean =>
  KEY.exec(line)?.groups?.['rest'] === '' && !next.trimStart().startsWith('-');

function leaf(path: readonly string[], tree: unknown, comments: readonly string[]): ChartValue {
  const description = comments.filter((line) => !line.startsWith('@')).join(' ');
  if (description === '') throw new Error(`values.yaml: ${path.join('.')} has no comment: describe it`);
  const additions = comments.filter((line) => line.startsWith('@')).map((line) => line.slice(1));
  return {
    path,
    default: valueAt(tree, path),
    description,
    schema: Object.assign({}, ...additions.map((line) => parse(line) as object)) as Record<string, unknown>,
  };
}

/** Value at a path of nested objects; undefined where there is none. */
export function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], tree);
}

/** Nested objects with one value at a path. */
export function nested(path: readonly string[], value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
}
