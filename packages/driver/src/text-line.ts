/** Fields at the beginning of a line, and those that are the same in all lines of a process. */
const APART = new Set(['level', 'time', 'msg', 'driver', 'mode', 'err']);

interface Line {
  readonly level?: string;
  readonly time?: string;
  readonly msg?: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
}

/** Renders a JSON line of the log as text: time, level, message, then `name=value` for each field; a stack below.
 *  `2026-01-31T12:00:00.000Z INFO  CreateVolume OK rpc=CreateVolume volume=pvc-1 milliseconds=12 code=OK` */
export function textLine(json: string): string {
  const line = JSON.parse(json) as Line;
  const { level = '', time = '', msg = '', err } = line;
  const fields = Object.entries(line)
    .filter(([name]) => !APART.has(name))
    .map(([name, value]) => `${name}=${valueText(value)}`);
  const head = [time, level.toUpperCase().padEnd(5), withoutBreaks(msg), ...fields].join(' ');
  const trace = err?.stack ?? err?.message;
  return trace === undefined ? `${head}\n` : `${head}\n${indented(trace)}\n`;
}

/** Words stay as they are; everything else is JSON, so that a line can be split. */
const valueText = (value: unknown): string =>
  typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);

/** A message of several lines would look like several entries. */
const withoutBreaks = (text: string): string => text.replace(/[\r\n]+\s*/g, ' ');

const indented = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => `    ${line}`)
    .join('\n');
