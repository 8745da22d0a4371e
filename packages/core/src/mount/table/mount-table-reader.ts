import { closeSync, openSync, readSync } from 'node:fs';
import { release } from 'node:os';
import { DriverError, messageOf } from '../../errors/driver-error.js';
import { MountTable, parseMountLine, type MountEntry } from './mount-table.js';

const OWN_MOUNTS = '/proc/self/mountinfo';
const MAX_READS = 8;
const FIRST_BYTES = 128 * 1024;
/** Lines that are compared at once. */
const LINES_AT_ONCE = 64;
/** Lines among which one is looked for that was not at its place: those of mounts that are gone. */
const MAX_SKIPPED = 512;
const NEWLINE = 0x0a;

interface Line {
  /** Offset after its newline. */
  readonly end: number;
  /** Absent: the line has no meaning. */
  readonly entry: MountEntry | undefined;
}

/** Text of the table with its lines. */
interface Look {
  readonly bytes: Buffer;
  readonly lines: readonly Line[];
  readonly table: MountTable;
}

const nothing: Look = {
  bytes: Buffer.allocUnsafeSlow(FIRST_BYTES).subarray(0, 0),
  lines: [],
  table: new MountTable([]),
};

/** Returns true for kernels before 5.8, which can leave out a line while others are mounting and unmounting
 *  (9f6c61f96f2d, "proc/mounts: add cursor"). */
export const mayLeaveOutLines = (kernel: string): boolean => {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  return major < 5 || (major === 5 && minor < 8);
};

/**
 * Reads the mounts of this process's namespace, in one step that never waits, even with dead servers: the kernel has them in
 * memory. Lines that are as before are neither decoded nor parsed again, so that a look costs little more than the
 * kernel's own work, which grows with all mounts of the node.
 */
export class MountTableReader {
  #file: number | undefined;
  #look = nothing;
  /** Space for the next text; it takes turns with that of the last look. */
  #space: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

  constructor(
    private readonly path = OWN_MOUNTS,
    private readonly readsTwice = mayLeaveOutLines(release()),
  ) {}

  /** @throws DriverError unavailable: without a table nothing is known, least of all that nothing is mounted */
  read(): MountTable {
    try {
      return this.#takeIn(this.#readAll());
    } catch (error) {
      this.#close();
      throw new DriverError(
        'unavailable',
        `the mount table cannot be read: ${messageOf(error)}; it is tried again. The node plugin may be out of file ` +
          `descriptors or memory: raise the limits of its container`,
        { cause: error },
      );
    }
  }

  #takeIn(bytes: Buffer): MountTable {
    const last = this.#look;
    if (!bytes.equals(last.bytes)) {
      this.#look = nextLook(last, bytes);
      this.#space = memoryOf(last.bytes);
    }
    return this.#look.table;
  }

  /** Reads the text; where the kernel can leave out lines, until two reads agree. */
  #readAll(): Buffer {
    let text = this.#readOnce();
    for (let reads = 1; this.readsTwice && reads < MAX_READS; reads += 1) {
      const before = Buffer.from(text);
      text = this.#readOnce();
      if (text.equals(before)) break;
    }
    return text;
  }

  /** Reads the file from its beginning; the kernel returns a page at a time. */
  #readOnce(): Buffer {
    this.#file ??= openSync(this.path, 'r');
    for (let size = 0; ;) {
      if (size === this.#space.length) this.#space = enlarged(this.#space);
      const read = readSync(this.#file, this.#space, size, this.#space.length - size, size);
      if (read === 0) return this.#space.subarray(0, size);
      size += read;
    }
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }
}

function enlarged(memory: Buffer): Buffer {
  const larger = Buffer.allocUnsafeSlow(memory.length * 2);
  memory.copy(larger);
  return larger;
}

/** Returns the memory of an earlier text, for the next one. */
const memoryOf = ({ buffer }: Buffer): Buffer => Buffer.from(buffer, 0);

/** Builds a look from the lines of the last one, as far as they are still there, and from new ones. */
function nextLook(last: Look, bytes: Buffer): Look {
  const lines: Line[] = [];
  let next = 0;
  for (let start = 0; start < bytes.length;) {
    const equal = equalLines(last, next, bytes, start);
    const shift = start - startOf(last, next);
    for (const line of last.lines.slice(next, next + equal)) lines.push(movedBy(shift, line));
    next += equal;
    start = startOf(last, next) + shift;
    if (start >= bytes.length) break;
    const end = endOfLine(bytes, start);
    const again = sameLater(last, next, bytes.subarray(start, end));
    next = again ?? next;
    if (again !== undefined) continue;
    lines.push({ end, entry: parseMountLine(bytes.toString('utf8', start, end).trimEnd()) });
    start = end;
  }
  return { bytes, lines, table: new MountTable(lines.flatMap(({ entry }) => entry ?? [])) };
}

const startOf = ({ lines }: Look, index: number): number => (index === 0 ? 0 : (lines[index - 1]?.end ?? 0));

const movedBy = (shift: number, line: Line): Line =>
  shift === 0 ? line : { end: line.end + shift, entry: line.entry };

function endOfLine(bytes: Buffer, start: number): number {
  const newline = bytes.indexOf(NEWLINE, start);
  return newline < 0 ? bytes.length : newline + 1;
}

/** Number of lines, from the `from`th one of the last look on, that are at an offset of the new text: many are compared at once. */
function equalLines(last: Look, from: number, bytes: Buffer, start: number): number {
  const shift = start - startOf(last, from);
  let to = from;
  for (const step of [LINES_AT_ONCE, 1]) {
    while (to + step <= last.lines.length && isSame(last, to, to + step, bytes, shift)) to += step;
  }
  return to - from;
}

function isSame(last: Look, from: number, to: number, bytes: Buffer, shift: number): boolean {
  const [start, end] = [startOf(last, from), startOf(last, to)];
  if (end + shift > bytes.length) return false;
  return last.bytes.compare(bytes, start + shift, end + shift, start, end) === 0;
}

/** Finds a line among the next ones of the last look; those before it are gone. */
function sameLater(last: Look, from: number, line: Buffer): number | undefined {
  const to = Math.min(from + MAX_SKIPPED, last.lines.length);
  for (let index = from; index < to; index += 1) {
    const start = startOf(last, index);
    const end = startOf(last, index + 1);
    if (end - start === line.length && last.bytes.compare(line, 0, line.length, start, end) === 0)
      return index;
  }
  return undefined;
}

const ownMounts = new MountTableReader();

/** Reads the mounts of this process's namespace. @throws DriverError unavailable, see MountTableReader */
export const readMountTable = async (): Promise<MountTable> => ownMounts.read();
