const BAR_WIDTH = 24;
const interactive = process.stdout.isTTY;

/** A line of the demo. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints one step: the call and its result. */
export function step(what: string, outcome: string): void {
  say(`  ${what.padEnd(26)} ${outcome}`);
}

/** Prints a bar that grows on a terminal; elsewhere a line for each call. */
export function progress(what: string, part: number, note: string): void {
  const filled = Math.min(BAR_WIDTH, Math.round(part * BAR_WIDTH));
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
  const line = `  ${what.padEnd(26)} ${bar} ${note}`;
  process.stdout.write(interactive ? `\r\u001b[K${line}` : `${line}\n`);
}

/** Ends a bar. */
export function progressDone(): void {
  if (interactive) process.stdout.write('\r\u001b[K');
}

export function describeBytes(bytes: bigint): string {
  const gib = bytes / 1024n ** 3n;
  return gib > 0n && gib % 1024n === 0n ? `${gib / 1024n} TiB` : `${gib} GiB`;
}
