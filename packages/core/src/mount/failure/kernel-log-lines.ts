/** Bytes of the kernel's log that are read at most; its buffer is smaller on most nodes. */
export const KERNEL_LOG_BYTES = 4 * 1024 * 1024;
/** Lines that are kept, the last ones. */
const MAX_LINES = 200;

/** Record of /dev/kmsg: `PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT` (Documentation/ABI/testing/dev-kmsg of the kernel). */
const RECORD = /^\d+,\d+,(?<time>\d+),[^;]*;(?<text>.*)$/;
const OF_LUSTRE = /^(?:Lustre|LNet)(?:Error)?:/;

/** Finds the lines of Lustre and LNet since a time, in microseconds of the kernel's clock. */
export function lustreLinesSince(log: string, since: number): readonly string[] {
  const lines: string[] = [];
  for (const line of log.split('\n')) {
    const { time, text } = RECORD.exec(line)?.groups ?? {};
    if (text !== undefined && Number(time) >= since && OF_LUSTRE.test(text)) lines.push(text);
  }
  return lines.slice(-MAX_LINES);
}

/** Most lines that a message quotes, and their longest quotation in characters: an event of Kubernetes holds 1024. */
const MAX_QUOTED = 2;
const MAX_CHARACTERS = 160;

/**
 * Chooses the lines that a message quotes: errors before other lines, those that name one of these words (an address, the
 * file system) before others, the last ones. Undefined: there is none.
 */
export function quoteLines(lines: readonly string[], words: readonly string[]): string | undefined {
  const rank = (line: string): number =>
    (words.some((word) => line.includes(word)) ? 2 : 0) + (/^\w+Error:/.test(line) ? 1 : 0);
  const best = Math.max(...lines.map(rank));
  const quoted = [...new Set(lines.filter((line) => rank(line) === best).map(withoutPlace))].slice(
    -MAX_QUOTED,
  );
  return quoted.length === 0 ? undefined : quoted.map((line) => JSON.stringify(line)).join(', ');
}

/** Removes the process and the place in the source: `LustreError: 4711:0:(mgc_request.c:249:func()) TEXT`. */
const withoutPlace = (line: string): string =>
  line
    .replace(/^(\w+: )\d+:\d+:\([^ ]*\) /, '$1')
    .replaceAll(/\s+/g, ' ')
    .slice(0, MAX_CHARACTERS);
