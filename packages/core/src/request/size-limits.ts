import { invalidField } from './require.js';

/** Largest sizes of fields in bytes (CSI 1.12, Size Limits). The specification allows strings 128 bytes, but volume handles of
 *  administrators and of azurelustre-csi-driver are longer: other strings have the limit of maps. `requireName` bounds
 *  names, which this driver alone decides on. */
const MAX_BYTES = 4096;

/** Maps from strings to strings. */
const maps = new Set([
  ...['parameters', 'mutableParameters', 'volumeContext', 'publishContext', 'secrets', 'segments'],
]);

/** Prefixes of keys that the orchestrator adds, such as tokens of service accounts: they do not count. */
const ADDED = /^(?:csi\.storage\.k8s\.io|storage\.kubernetes\.io)\//;

/** Refuses a request with a field that is longer than CSI allows, before anything reads it. One place for all RPCs.
 *  @throws DriverError invalid-argument naming the field */
export function checkSizes(message: unknown): void {
  if (typeof message !== 'object' || message === null) return;
  for (const [name, value] of Object.entries(message)) checkField(name, value);
}

function checkField(name: string, value: unknown): void {
  if (typeof value === 'string') refuseLong(name, value.length <= MAX_BYTES ? bytesOf(value) : value.length);
  else if (maps.has(name)) refuseLong(name, sizeOfMap(value));
  else if (Array.isArray(value)) checkList(name, value);
  else checkSizes(value);
}

function checkList(name: string, values: readonly unknown[]): void {
  const texts = values.filter((value) => typeof value === 'string');
  refuseLong(
    name,
    texts.reduce((sum, text) => sum + text.length, 0),
  );
  for (const value of values) checkSizes(value);
}

function sizeOfMap(map: unknown): number {
  const entries = Object.entries((map ?? {}) as Readonly<Record<string, string>>);
  return entries
    .filter(([key]) => !ADDED.test(key))
    .reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

function refuseLong(name: string, bytes: number): void {
  if (bytes <= MAX_BYTES) return;
  const field = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  throw invalidField(
    field,
    `is ${bytes} bytes long; the driver takes ${MAX_BYTES}, the CSI limit: shorten it`,
  );
}
