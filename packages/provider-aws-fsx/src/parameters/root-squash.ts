/** API reference, LustreRootSquashConfiguration. */
const MAX_ID = 4_294_967_294;

/** Reads `UID:GID`, FSx's spelling.
 *  @throws Error with a message that says what is wrong */
export function readRootSquash(value: string): string {
  const match = /^(\d{1,10}):(\d{1,10})$/.exec(value);
  if (!match) throw new Error('not two numbers with ":" between them');
  const ids = [Number(match[1]), Number(match[2])];
  if (ids.some((id) => id > MAX_ID)) throw new Error(`an id is greater than ${MAX_ID}`);
  return ids.join(':');
}
